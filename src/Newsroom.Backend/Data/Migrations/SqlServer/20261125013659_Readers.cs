using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Newsroom.Backend.Data.Migrations.SqlServer
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
                type: "nvarchar(24)",
                maxLength: 24,
                nullable: false,
                defaultValue: "AsPublished");

            migrationBuilder.AddColumn<long>(
                name: "StoriesThroughId",
                table: "Subscriptions",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "ConsentCount",
                table: "Subscribers",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "ConsentHead",
                table: "Subscribers",
                type: "nvarchar(64)",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Language",
                table: "Subscribers",
                type: "nvarchar(35)",
                maxLength: 35,
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "PausedUntil",
                table: "Subscribers",
                type: "datetime2",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "HeldAt",
                table: "SignUpRequests",
                type: "datetime2",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Hash",
                table: "Consents",
                type: "nvarchar(64)",
                maxLength: 64,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "NetworkHash",
                table: "Consents",
                type: "nvarchar(64)",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Page",
                table: "Consents",
                type: "nvarchar(500)",
                maxLength: 500,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "PreviousHash",
                table: "Consents",
                type: "nvarchar(64)",
                maxLength: 64,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<int>(
                name: "Sequence",
                table: "Consents",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "Alerts",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("SqlServer:Identity", "1, 1"),
                    PublicId = table.Column<string>(type: "nvarchar(32)", maxLength: 32, nullable: false),
                    Kind = table.Column<string>(type: "nvarchar(48)", maxLength: 48, nullable: false),
                    Message = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: false),
                    RaisedAt = table.Column<DateTime>(type: "datetime2", nullable: false),
                    ClearedAt = table.Column<DateTime>(type: "datetime2", nullable: true),
                    OpenKind = table.Column<string>(type: "nvarchar(48)", maxLength: 48, nullable: true)
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
                unique: true,
                filter: "[OpenKind] IS NOT NULL");

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
