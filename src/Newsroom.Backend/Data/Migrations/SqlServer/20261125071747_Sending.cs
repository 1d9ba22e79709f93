using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Newsroom.Backend.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class Sending : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Deliveries_Claim",
                table: "Deliveries");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_Leases",
                table: "Deliveries");

            migrationBuilder.AddColumn<string>(
                name: "AddressHash",
                table: "OutgoingMails",
                type: "nvarchar(64)",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "HandedOverAt",
                table: "OutgoingMails",
                type: "datetime2",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Lane",
                table: "Newsletters",
                type: "nvarchar(24)",
                maxLength: 24,
                nullable: false,
                defaultValue: "Digest");

            migrationBuilder.AddColumn<int>(
                name: "AcceptedCount",
                table: "Digests",
                type: "int",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "RefusedCount",
                table: "Digests",
                type: "int",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "RunningSince",
                table: "Digests",
                type: "datetime2",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "StoppedForShares",
                table: "Digests",
                type: "bit",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<int>(
                name: "UncertainCount",
                table: "Digests",
                type: "int",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "WithheldCount",
                table: "Digests",
                type: "int",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "CancelledBeforeTurn",
                table: "Deliveries",
                type: "bit",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<DateTime>(
                name: "DecidedAt",
                table: "Deliveries",
                type: "datetime2",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Owner",
                table: "Deliveries",
                type: "nvarchar(24)",
                maxLength: 24,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Returned",
                table: "Deliveries",
                type: "nvarchar(24)",
                maxLength: 24,
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "ReturnedAt",
                table: "Deliveries",
                type: "datetime2",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ReturnedStatus",
                table: "Deliveries",
                type: "nvarchar(16)",
                maxLength: 16,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "MailReports",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("SqlServer:Identity", "1, 1"),
                    PublicId = table.Column<string>(type: "nvarchar(32)", maxLength: 32, nullable: false),
                    Source = table.Column<string>(type: "nvarchar(24)", maxLength: 24, nullable: false),
                    ExternalHash = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: false),
                    Part = table.Column<int>(type: "int", nullable: false),
                    ReceivedAt = table.Column<DateTime>(type: "datetime2", nullable: false),
                    Kind = table.Column<string>(type: "nvarchar(24)", maxLength: 24, nullable: false),
                    Reason = table.Column<string>(type: "nvarchar(24)", maxLength: 24, nullable: true),
                    Status = table.Column<string>(type: "nvarchar(16)", maxLength: 16, nullable: true),
                    Diagnostic = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true),
                    MailedKind = table.Column<string>(type: "nvarchar(24)", maxLength: 24, nullable: true),
                    MailedDigestId = table.Column<int>(type: "int", nullable: true),
                    MailedRecipientId = table.Column<long>(type: "bigint", nullable: true),
                    AddressHash = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: true),
                    Outcome = table.Column<string>(type: "nvarchar(24)", maxLength: 24, nullable: false),
                    Note = table.Column<string>(type: "nvarchar(300)", maxLength: 300, nullable: true),
                    Raw = table.Column<byte[]>(type: "varbinary(max)", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_MailReports", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "RelayCounts",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("SqlServer:Identity", "1, 1"),
                    Relay = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    StepAt = table.Column<DateTime>(type: "datetime2", nullable: false),
                    Count = table.Column<int>(type: "int", nullable: false),
                    ListCount = table.Column<int>(type: "int", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RelayCounts", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "SuppressionLifts",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("SqlServer:Identity", "1, 1"),
                    AddressHash = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: false),
                    Reason = table.Column<string>(type: "nvarchar(24)", maxLength: 24, nullable: false),
                    SuppressedAt = table.Column<DateTime>(type: "datetime2", nullable: false),
                    LiftedAt = table.Column<DateTime>(type: "datetime2", nullable: false),
                    By = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: false),
                    Why = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SuppressionLifts", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_Claim",
                table: "Deliveries",
                columns: new[] { "DigestId", "State", "NextAttemptAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_Returned",
                table: "Deliveries",
                columns: new[] { "DigestId", "Returned" },
                filter: "[Returned] IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_MailReports_ByOutcome",
                table: "MailReports",
                columns: new[] { "Outcome", "ReceivedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_MailReports_Counted",
                table: "MailReports",
                columns: new[] { "AddressHash", "ReceivedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_MailReports_PublicId",
                table: "MailReports",
                column: "PublicId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_MailReports_Source_ExternalHash_Part",
                table: "MailReports",
                columns: new[] { "Source", "ExternalHash", "Part" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_RelayCounts_StepAt_Relay",
                table: "RelayCounts",
                columns: new[] { "StepAt", "Relay" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_SuppressionLifts_ByAddress",
                table: "SuppressionLifts",
                columns: new[] { "AddressHash", "LiftedAt" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "MailReports");

            migrationBuilder.DropTable(
                name: "RelayCounts");

            migrationBuilder.DropTable(
                name: "SuppressionLifts");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_Claim",
                table: "Deliveries");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_Returned",
                table: "Deliveries");

            migrationBuilder.DropColumn(
                name: "AddressHash",
                table: "OutgoingMails");

            migrationBuilder.DropColumn(
                name: "HandedOverAt",
                table: "OutgoingMails");

            migrationBuilder.DropColumn(
                name: "Lane",
                table: "Newsletters");

            migrationBuilder.DropColumn(
                name: "AcceptedCount",
                table: "Digests");

            migrationBuilder.DropColumn(
                name: "RefusedCount",
                table: "Digests");

            migrationBuilder.DropColumn(
                name: "RunningSince",
                table: "Digests");

            migrationBuilder.DropColumn(
                name: "StoppedForShares",
                table: "Digests");

            migrationBuilder.DropColumn(
                name: "UncertainCount",
                table: "Digests");

            migrationBuilder.DropColumn(
                name: "WithheldCount",
                table: "Digests");

            migrationBuilder.DropColumn(
                name: "CancelledBeforeTurn",
                table: "Deliveries");

            migrationBuilder.DropColumn(
                name: "DecidedAt",
                table: "Deliveries");

            migrationBuilder.DropColumn(
                name: "Owner",
                table: "Deliveries");

            migrationBuilder.DropColumn(
                name: "Returned",
                table: "Deliveries");

            migrationBuilder.DropColumn(
                name: "ReturnedAt",
                table: "Deliveries");

            migrationBuilder.DropColumn(
                name: "ReturnedStatus",
                table: "Deliveries");

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_Claim",
                table: "Deliveries",
                columns: new[] { "DigestId", "State", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_Leases",
                table: "Deliveries",
                columns: new[] { "State", "LeaseUntil" });
        }
    }
}
