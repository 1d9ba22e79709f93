using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Newsroom.Backend.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Readers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Subscriptions_Audience",
                table: "Subscriptions");

            migrationBuilder.DropIndex(
                name: "IX_DigestSlots_NewsletterId_LocalDate",
                table: "DigestSlots");

            migrationBuilder.AddColumn<long>(
                name: "ImportId",
                table: "Subscriptions",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Rhythm",
                table: "Subscriptions",
                type: "TEXT",
                maxLength: 24,
                nullable: false,
                defaultValue: "AsPublished");

            migrationBuilder.AddColumn<long>(
                name: "StoriesThroughId",
                table: "Subscriptions",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "ConsentCount",
                table: "Subscribers",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "ConsentHead",
                table: "Subscribers",
                type: "TEXT",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Language",
                table: "Subscribers",
                type: "TEXT",
                maxLength: 35,
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "PausedUntil",
                table: "Subscribers",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "HeldAt",
                table: "SignUpRequests",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Rhythm",
                table: "DigestSlots",
                type: "TEXT",
                maxLength: 24,
                nullable: false,
                defaultValue: "AsPublished");

            migrationBuilder.AddColumn<string>(
                name: "ApartFrom",
                table: "Digests",
                type: "TEXT",
                maxLength: 700,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "CursorId",
                table: "Digests",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Rhythm",
                table: "Digests",
                type: "TEXT",
                maxLength: 24,
                nullable: false,
                defaultValue: "AsPublished");

            migrationBuilder.AddColumn<string>(
                name: "Hash",
                table: "Consents",
                type: "TEXT",
                maxLength: 64,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "NetworkHash",
                table: "Consents",
                type: "TEXT",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Page",
                table: "Consents",
                type: "TEXT",
                maxLength: 500,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "PreviousHash",
                table: "Consents",
                type: "TEXT",
                maxLength: 64,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<int>(
                name: "Sequence",
                table: "Consents",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "AddressChanges",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    PublicId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    SubscriberId = table.Column<long>(type: "INTEGER", nullable: false),
                    NewAddress = table.Column<string>(type: "TEXT", maxLength: 254, nullable: true),
                    NewAddressKey = table.Column<string>(type: "TEXT", maxLength: 254, nullable: true),
                    RequestedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    ExpiresAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    IsMailed = table.Column<bool>(type: "INTEGER", nullable: false),
                    DoneAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    OldAddress = table.Column<string>(type: "TEXT", maxLength: 254, nullable: true),
                    CarriedToId = table.Column<long>(type: "INTEGER", nullable: true),
                    UndoneAt = table.Column<DateTime>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AddressChanges", x => x.Id);
                    table.ForeignKey(
                        name: "FK_AddressChanges_Subscribers_SubscriberId",
                        column: x => x.SubscriberId,
                        principalTable: "Subscribers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "Alerts",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    PublicId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 48, nullable: false),
                    Message = table.Column<string>(type: "TEXT", maxLength: 500, nullable: false),
                    RaisedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    ClearedAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    OpenKind = table.Column<string>(type: "TEXT", maxLength: 48, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Alerts", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "DataRequests",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    SubscriberId = table.Column<long>(type: "INTEGER", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 24, nullable: false),
                    At = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DataRequests", x => x.Id);
                    table.ForeignKey(
                        name: "FK_DataRequests_Subscribers_SubscriberId",
                        column: x => x.SubscriberId,
                        principalTable: "Subscribers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "Erasures",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    AddressHash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    At = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Erasures", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Imports",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    PublicId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    NewsletterId = table.Column<int>(type: "INTEGER", nullable: false),
                    FileName = table.Column<string>(type: "TEXT", maxLength: 150, nullable: false),
                    ConsentText = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: false),
                    Format = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    State = table.Column<string>(type: "TEXT", maxLength: 24, nullable: false),
                    Removed = table.Column<int>(type: "INTEGER", nullable: false),
                    StartedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    HeardOfAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    EndedAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    Counts_Bad = table.Column<int>(type: "INTEGER", nullable: false),
                    Counts_Known = table.Column<int>(type: "INTEGER", nullable: false),
                    Counts_LeftBefore = table.Column<int>(type: "INTEGER", nullable: false),
                    Counts_New = table.Column<int>(type: "INTEGER", nullable: false),
                    Counts_NoConsent = table.Column<int>(type: "INTEGER", nullable: false),
                    Counts_Suppressed = table.Column<int>(type: "INTEGER", nullable: false),
                    Counts_Twice = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Imports", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Imports_Newsletters_NewsletterId",
                        column: x => x.NewsletterId,
                        principalTable: "Newsletters",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "MailStateRequests",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    SubscriberId = table.Column<long>(type: "INTEGER", nullable: true),
                    AddressHash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    RequestedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    IsMailed = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_MailStateRequests", x => x.Id);
                    table.ForeignKey(
                        name: "FK_MailStateRequests_Subscribers_SubscriberId",
                        column: x => x.SubscriberId,
                        principalTable: "Subscribers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Subscriptions_Audience",
                table: "Subscriptions",
                columns: new[] { "NewsletterId", "State", "Rhythm", "StoriesThroughId", "SubscriberId" });

            migrationBuilder.CreateIndex(
                name: "IX_Subscriptions_Import",
                table: "Subscriptions",
                columns: new[] { "ImportId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_SignUpRequests_Held",
                table: "SignUpRequests",
                column: "HeldAt",
                filter: "[HeldAt] IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_DigestSlots_NewsletterId_Rhythm_LocalDate",
                table: "DigestSlots",
                columns: new[] { "NewsletterId", "Rhythm", "LocalDate" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Digests_Edition",
                table: "Digests",
                columns: new[] { "NewsletterId", "Rhythm", "CursorId", "StoriesThroughId", "ApartFrom" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_AddressChanges_OfReader",
                table: "AddressChanges",
                columns: new[] { "SubscriberId", "RequestedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_AddressChanges_PublicId",
                table: "AddressChanges",
                column: "PublicId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_AddressChanges_ToAddress",
                table: "AddressChanges",
                columns: new[] { "NewAddressKey", "RequestedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_Alerts_OpenKind",
                table: "Alerts",
                column: "OpenKind",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Alerts_PublicId",
                table: "Alerts",
                column: "PublicId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_DataRequests_Forget",
                table: "DataRequests",
                column: "At");

            migrationBuilder.CreateIndex(
                name: "IX_DataRequests_SubscriberId_At",
                table: "DataRequests",
                columns: new[] { "SubscriberId", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_Erasures_AddressHash_At",
                table: "Erasures",
                columns: new[] { "AddressHash", "At" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Imports_NewsletterId",
                table: "Imports",
                column: "NewsletterId");

            migrationBuilder.CreateIndex(
                name: "IX_Imports_PublicId",
                table: "Imports",
                column: "PublicId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_MailStateRequests_CoolDown",
                table: "MailStateRequests",
                columns: new[] { "AddressHash", "RequestedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_MailStateRequests_Purge",
                table: "MailStateRequests",
                column: "RequestedAt");

            migrationBuilder.CreateIndex(
                name: "IX_MailStateRequests_SubscriberId",
                table: "MailStateRequests",
                column: "SubscriberId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "AddressChanges");

            migrationBuilder.DropTable(
                name: "Alerts");

            migrationBuilder.DropTable(
                name: "DataRequests");

            migrationBuilder.DropTable(
                name: "Erasures");

            migrationBuilder.DropTable(
                name: "Imports");

            migrationBuilder.DropTable(
                name: "MailStateRequests");

            migrationBuilder.DropIndex(
                name: "IX_Subscriptions_Audience",
                table: "Subscriptions");

            migrationBuilder.DropIndex(
                name: "IX_Subscriptions_Import",
                table: "Subscriptions");

            migrationBuilder.DropIndex(
                name: "IX_SignUpRequests_Held",
                table: "SignUpRequests");

            migrationBuilder.DropIndex(
                name: "IX_DigestSlots_NewsletterId_Rhythm_LocalDate",
                table: "DigestSlots");

            migrationBuilder.DropIndex(
                name: "IX_Digests_Edition",
                table: "Digests");

            migrationBuilder.DropColumn(
                name: "ImportId",
                table: "Subscriptions");

            migrationBuilder.DropColumn(
                name: "Rhythm",
                table: "Subscriptions");

            migrationBuilder.DropColumn(
                name: "StoriesThroughId",
                table: "Subscriptions");

            migrationBuilder.DropColumn(
                name: "ConsentCount",
                table: "Subscribers");

            migrationBuilder.DropColumn(
                name: "ConsentHead",
                table: "Subscribers");

            migrationBuilder.DropColumn(
                name: "Language",
                table: "Subscribers");

            migrationBuilder.DropColumn(
                name: "PausedUntil",
                table: "Subscribers");

            migrationBuilder.DropColumn(
                name: "HeldAt",
                table: "SignUpRequests");

            migrationBuilder.DropColumn(
                name: "Rhythm",
                table: "DigestSlots");

            migrationBuilder.DropColumn(
                name: "ApartFrom",
                table: "Digests");

            migrationBuilder.DropColumn(
                name: "CursorId",
                table: "Digests");

            migrationBuilder.DropColumn(
                name: "Rhythm",
                table: "Digests");

            migrationBuilder.DropColumn(
                name: "Hash",
                table: "Consents");

            migrationBuilder.DropColumn(
                name: "NetworkHash",
                table: "Consents");

            migrationBuilder.DropColumn(
                name: "Page",
                table: "Consents");

            migrationBuilder.DropColumn(
                name: "PreviousHash",
                table: "Consents");

            migrationBuilder.DropColumn(
                name: "Sequence",
                table: "Consents");

            migrationBuilder.CreateIndex(
                name: "IX_Subscriptions_Audience",
                table: "Subscriptions",
                columns: new[] { "NewsletterId", "State", "SubscriberId" });

            migrationBuilder.CreateIndex(
                name: "IX_DigestSlots_NewsletterId_LocalDate",
                table: "DigestSlots",
                columns: new[] { "NewsletterId", "LocalDate" },
                unique: true);
        }
    }
}
