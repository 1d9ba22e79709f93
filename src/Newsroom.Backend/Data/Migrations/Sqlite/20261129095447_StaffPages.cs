using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Newsroom.Backend.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class StaffPages : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "ReaderDays",
                columns: table => new
                {
                    On = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    Confirmed = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ReaderDays", x => x.On);
                });

            migrationBuilder.CreateIndex(
                name: "IX_UnmatchedPayments_Open",
                table: "UnmatchedPayments",
                columns: new[] { "SettledAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Subscribers_Joined",
                table: "Subscribers",
                column: "ConfirmedAt");

            migrationBuilder.CreateIndex(
                name: "IX_Subscribers_Left",
                table: "Subscribers",
                column: "LeftAt");

            migrationBuilder.CreateIndex(
                name: "IX_StripeTransactions_SumByMonth",
                table: "StripeTransactions",
                columns: new[] { "LiveMode", "Kind", "CreatedAt", "CurrencyCode", "AmountMinor", "DonationId" });

            migrationBuilder.CreateIndex(
                name: "IX_RecurringPlans_ListByStatus",
                table: "RecurringPlans",
                columns: new[] { "Status", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_RecurringPlans_SumByStatus",
                table: "RecurringPlans",
                columns: new[] { "Status", "Frequency", "CurrencyCode", "AmountMinor" });

            migrationBuilder.CreateIndex(
                name: "IX_LedgerEntries_Balances",
                table: "LedgerEntries",
                columns: new[] { "Account", "CurrencyCode", "AmountMinor" });

            migrationBuilder.CreateIndex(
                name: "IX_LedgerEntries_ListByAccount",
                table: "LedgerEntries",
                columns: new[] { "Account", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Donations_ListByCampaign",
                table: "Donations",
                columns: new[] { "Campaign", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Donations_ListByFrequency",
                table: "Donations",
                columns: new[] { "Frequency", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Donations_ListByStatus",
                table: "Donations",
                columns: new[] { "Status", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Donations_MadeBetween",
                table: "Donations",
                column: "CreatedAt");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "ReaderDays");

            migrationBuilder.DropIndex(
                name: "IX_UnmatchedPayments_Open",
                table: "UnmatchedPayments");

            migrationBuilder.DropIndex(
                name: "IX_Subscribers_Joined",
                table: "Subscribers");

            migrationBuilder.DropIndex(
                name: "IX_Subscribers_Left",
                table: "Subscribers");

            migrationBuilder.DropIndex(
                name: "IX_StripeTransactions_SumByMonth",
                table: "StripeTransactions");

            migrationBuilder.DropIndex(
                name: "IX_RecurringPlans_ListByStatus",
                table: "RecurringPlans");

            migrationBuilder.DropIndex(
                name: "IX_RecurringPlans_SumByStatus",
                table: "RecurringPlans");

            migrationBuilder.DropIndex(
                name: "IX_LedgerEntries_Balances",
                table: "LedgerEntries");

            migrationBuilder.DropIndex(
                name: "IX_LedgerEntries_ListByAccount",
                table: "LedgerEntries");

            migrationBuilder.DropIndex(
                name: "IX_Donations_ListByCampaign",
                table: "Donations");

            migrationBuilder.DropIndex(
                name: "IX_Donations_ListByFrequency",
                table: "Donations");

            migrationBuilder.DropIndex(
                name: "IX_Donations_ListByStatus",
                table: "Donations");

            migrationBuilder.DropIndex(
                name: "IX_Donations_MadeBetween",
                table: "Donations");
        }
    }
}
