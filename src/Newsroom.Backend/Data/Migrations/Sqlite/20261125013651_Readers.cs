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

            migrationBuilder.CreateIndex(
                name: "IX_SignUpRequests_Held",
                table: "SignUpRequests",
                column: "HeldAt",
                filter: "[HeldAt] IS NOT NULL");

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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Alerts");

            migrationBuilder.DropIndex(
                name: "IX_SignUpRequests_Held",
                table: "SignUpRequests");

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
        }
    }
}
