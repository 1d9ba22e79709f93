using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Newsroom.Backend.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class Gifts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Receipts_DonationId",
                table: "Receipts");

            migrationBuilder.AddColumn<DateOnly>(
                name: "CardExpiresOn",
                table: "RecurringPlans",
                type: "date",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "CustomerId",
                table: "RecurringPlans",
                type: "nvarchar(255)",
                maxLength: 255,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "EndReason",
                table: "RecurringPlans",
                type: "nvarchar(64)",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "NextPaymentAt",
                table: "RecurringPlans",
                type: "datetime2",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "PaidBy",
                table: "RecurringPlans",
                type: "nvarchar(64)",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "PausedUntil",
                table: "RecurringPlans",
                type: "datetime2",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "ReplacesId",
                table: "Receipts",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "Revision",
                table: "Receipts",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTime>(
                name: "FraudWarnedAt",
                table: "Donations",
                type: "datetime2",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "PlanEndedAt",
                table: "Disputes",
                type: "datetime2",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "PlanHeldAt",
                table: "Disputes",
                type: "datetime2",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "MissedPayments",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("SqlServer:Identity", "1, 1"),
                    PlanId = table.Column<long>(type: "bigint", nullable: false),
                    InvoiceId = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false),
                    AmountMinor = table.Column<long>(type: "bigint", nullable: false),
                    State = table.Column<string>(type: "nvarchar(24)", maxLength: 24, nullable: false),
                    Attempts = table.Column<int>(type: "int", nullable: false),
                    NextAttemptAt = table.Column<DateTime>(type: "datetime2", nullable: true),
                    NeedsDonor = table.Column<bool>(type: "bit", nullable: false),
                    Why = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: true),
                    PayUrl = table.Column<string>(type: "nvarchar(2000)", maxLength: 2000, nullable: true),
                    FirstSeenAt = table.Column<DateTime>(type: "datetime2", nullable: false),
                    SettledAt = table.Column<DateTime>(type: "datetime2", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_MissedPayments", x => x.Id);
                    table.ForeignKey(
                        name: "FK_MissedPayments_RecurringPlans_PlanId",
                        column: x => x.PlanId,
                        principalTable: "RecurringPlans",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_RecurringPlans_CustomerId",
                table: "RecurringPlans",
                column: "CustomerId");

            migrationBuilder.CreateIndex(
                name: "IX_Receipts_DonationId_Revision",
                table: "Receipts",
                columns: new[] { "DonationId", "Revision" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Receipts_ReplacesId",
                table: "Receipts",
                column: "ReplacesId");

            migrationBuilder.CreateIndex(
                name: "IX_MissedPayments_InvoiceId",
                table: "MissedPayments",
                column: "InvoiceId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_MissedPayments_PlanId_State",
                table: "MissedPayments",
                columns: new[] { "PlanId", "State" });

            migrationBuilder.AddForeignKey(
                name: "FK_Receipts_Receipts_ReplacesId",
                table: "Receipts",
                column: "ReplacesId",
                principalTable: "Receipts",
                principalColumn: "Id",
                onDelete: ReferentialAction.Restrict);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_Receipts_Receipts_ReplacesId",
                table: "Receipts");

            migrationBuilder.DropTable(
                name: "MissedPayments");

            migrationBuilder.DropIndex(
                name: "IX_RecurringPlans_CustomerId",
                table: "RecurringPlans");

            migrationBuilder.DropIndex(
                name: "IX_Receipts_DonationId_Revision",
                table: "Receipts");

            migrationBuilder.DropIndex(
                name: "IX_Receipts_ReplacesId",
                table: "Receipts");

            migrationBuilder.DropColumn(
                name: "CardExpiresOn",
                table: "RecurringPlans");

            migrationBuilder.DropColumn(
                name: "CustomerId",
                table: "RecurringPlans");

            migrationBuilder.DropColumn(
                name: "EndReason",
                table: "RecurringPlans");

            migrationBuilder.DropColumn(
                name: "NextPaymentAt",
                table: "RecurringPlans");

            migrationBuilder.DropColumn(
                name: "PaidBy",
                table: "RecurringPlans");

            migrationBuilder.DropColumn(
                name: "PausedUntil",
                table: "RecurringPlans");

            migrationBuilder.DropColumn(
                name: "ReplacesId",
                table: "Receipts");

            migrationBuilder.DropColumn(
                name: "Revision",
                table: "Receipts");

            migrationBuilder.DropColumn(
                name: "FraudWarnedAt",
                table: "Donations");

            migrationBuilder.DropColumn(
                name: "PlanEndedAt",
                table: "Disputes");

            migrationBuilder.DropColumn(
                name: "PlanHeldAt",
                table: "Disputes");

            migrationBuilder.CreateIndex(
                name: "IX_Receipts_DonationId",
                table: "Receipts",
                column: "DonationId",
                unique: true);
        }
    }
}
