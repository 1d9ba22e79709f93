using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Newsroom.Backend.Data.Migrations.Sqlite
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
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "CustomerId",
                table: "RecurringPlans",
                type: "TEXT",
                maxLength: 255,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "EndReason",
                table: "RecurringPlans",
                type: "TEXT",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "NextPaymentAt",
                table: "RecurringPlans",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "PaidBy",
                table: "RecurringPlans",
                type: "TEXT",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "PausedUntil",
                table: "RecurringPlans",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "Revision",
                table: "Receipts",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTime>(
                name: "FraudWarnedAt",
                table: "Donations",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "InHonourOf",
                table: "Donations",
                type: "TEXT",
                maxLength: 120,
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "InMemory",
                table: "Donations",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "MailingAddress",
                table: "Donations",
                type: "TEXT",
                maxLength: 300,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "MailingCountry",
                table: "Donations",
                type: "TEXT",
                maxLength: 60,
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "PlanEndedAt",
                table: "Disputes",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "PlanHeldAt",
                table: "Disputes",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "PlanReleasedAt",
                table: "Disputes",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "CardTestingBreaker",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false),
                    Level = table.Column<string>(type: "TEXT", maxLength: 24, nullable: false),
                    Since = table.Column<DateTime>(type: "TEXT", nullable: false),
                    Until = table.Column<DateTime>(type: "TEXT", nullable: true),
                    Reason = table.Column<string>(type: "TEXT", maxLength: 200, nullable: true),
                    Version = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CardTestingBreaker", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "CheckoutAttempts",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    At = table.Column<DateTime>(type: "TEXT", nullable: false),
                    NetworkHash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    IsSmall = table.Column<bool>(type: "INTEGER", nullable: false),
                    IsOpened = table.Column<bool>(type: "INTEGER", nullable: false),
                    ProofId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CheckoutAttempts", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "MailedLinks",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    PublicId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    DonationId = table.Column<long>(type: "INTEGER", nullable: false),
                    Cause = table.Column<string>(type: "TEXT", maxLength: 24, nullable: false),
                    Wording = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Method = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    AskedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    MailDueAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    NextAttemptAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    Attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    MailedAt = table.Column<DateTime>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_MailedLinks", x => x.Id);
                    table.ForeignKey(
                        name: "FK_MailedLinks_Donations_DonationId",
                        column: x => x.DonationId,
                        principalTable: "Donations",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "MissedPayments",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    PlanId = table.Column<long>(type: "INTEGER", nullable: false),
                    InvoiceId = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    AmountMinor = table.Column<long>(type: "INTEGER", nullable: false),
                    State = table.Column<string>(type: "TEXT", maxLength: 24, nullable: false),
                    Attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    NextAttemptAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    NeedsDonor = table.Column<bool>(type: "INTEGER", nullable: false),
                    Why = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    PayUrl = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: true),
                    FirstSeenAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    SettledAt = table.Column<DateTime>(type: "TEXT", nullable: true)
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
                name: "IX_StripeEvents_Type_ReceivedAt",
                table: "StripeEvents",
                columns: new[] { "Type", "ReceivedAt" });

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
                name: "IX_CheckoutAttempts_ProofId",
                table: "CheckoutAttempts",
                column: "ProofId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_CheckoutAttempts_Window",
                table: "CheckoutAttempts",
                column: "At");

            migrationBuilder.CreateIndex(
                name: "IX_MailedLinks_AskedAt",
                table: "MailedLinks",
                column: "AskedAt");

            migrationBuilder.CreateIndex(
                name: "IX_MailedLinks_DonationId",
                table: "MailedLinks",
                column: "DonationId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_MailedLinks_Due",
                table: "MailedLinks",
                column: "NextAttemptAt");

            migrationBuilder.CreateIndex(
                name: "IX_MailedLinks_PublicId",
                table: "MailedLinks",
                column: "PublicId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_MissedPayments_InvoiceId",
                table: "MissedPayments",
                column: "InvoiceId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_MissedPayments_PlanId_State",
                table: "MissedPayments",
                columns: new[] { "PlanId", "State" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "CardTestingBreaker");

            migrationBuilder.DropTable(
                name: "CheckoutAttempts");

            migrationBuilder.DropTable(
                name: "MailedLinks");

            migrationBuilder.DropTable(
                name: "MissedPayments");

            migrationBuilder.DropIndex(
                name: "IX_StripeEvents_Type_ReceivedAt",
                table: "StripeEvents");

            migrationBuilder.DropIndex(
                name: "IX_RecurringPlans_CustomerId",
                table: "RecurringPlans");

            migrationBuilder.DropIndex(
                name: "IX_Receipts_DonationId_Revision",
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
                name: "Revision",
                table: "Receipts");

            migrationBuilder.DropColumn(
                name: "FraudWarnedAt",
                table: "Donations");

            migrationBuilder.DropColumn(
                name: "InHonourOf",
                table: "Donations");

            migrationBuilder.DropColumn(
                name: "InMemory",
                table: "Donations");

            migrationBuilder.DropColumn(
                name: "MailingAddress",
                table: "Donations");

            migrationBuilder.DropColumn(
                name: "MailingCountry",
                table: "Donations");

            migrationBuilder.DropColumn(
                name: "PlanEndedAt",
                table: "Disputes");

            migrationBuilder.DropColumn(
                name: "PlanHeldAt",
                table: "Disputes");

            migrationBuilder.DropColumn(
                name: "PlanReleasedAt",
                table: "Disputes");

            migrationBuilder.CreateIndex(
                name: "IX_Receipts_DonationId",
                table: "Receipts",
                column: "DonationId",
                unique: true);
        }
    }
}
