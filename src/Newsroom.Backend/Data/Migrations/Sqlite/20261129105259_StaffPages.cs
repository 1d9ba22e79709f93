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
            migrationBuilder.AddColumn<DateTime>(
                name: "UndoAskedAt",
                table: "Imports",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "UndoLeaseUntil",
                table: "Imports",
                type: "TEXT",
                nullable: true);

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

            migrationBuilder.CreateTable(
                name: "UploadedLists",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    PublicId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    FileName = table.Column<string>(type: "TEXT", maxLength: 150, nullable: false),
                    UploadedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    Stage = table.Column<string>(type: "TEXT", maxLength: 24, nullable: false),
                    Newsletter = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    ConsentText = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: true),
                    Columns = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    Fault = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: true),
                    ImportId = table.Column<long>(type: "INTEGER", nullable: true),
                    Attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    LeaseId = table.Column<Guid>(type: "TEXT", nullable: true),
                    LeaseUntil = table.Column<DateTime>(type: "TEXT", nullable: true),
                    Version = table.Column<int>(type: "INTEGER", nullable: false),
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
                    table.PrimaryKey("PK_UploadedLists", x => x.Id);
                    table.ForeignKey(
                        name: "FK_UploadedLists_Imports_ImportId",
                        column: x => x.ImportId,
                        principalTable: "Imports",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "WebhookDeliveries",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    PublicId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    WebhookId = table.Column<int>(type: "INTEGER", nullable: false),
                    EventId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Type = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    Subject = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Payload = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    State = table.Column<string>(type: "TEXT", maxLength: 24, nullable: false),
                    Attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    NextAttemptAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    LeaseId = table.Column<Guid>(type: "TEXT", nullable: true),
                    LeaseUntil = table.Column<DateTime>(type: "TEXT", nullable: true),
                    LastAttemptAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    Status = table.Column<int>(type: "INTEGER", nullable: true),
                    Error = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    Owner = table.Column<string>(type: "TEXT", maxLength: 24, nullable: true),
                    Answer = table.Column<string>(type: "TEXT", maxLength: 1024, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_WebhookDeliveries", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Webhooks",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    PublicId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Name = table.Column<string>(type: "TEXT", maxLength: 120, nullable: false),
                    Url = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: false),
                    Events = table.Column<string>(type: "TEXT", maxLength: 400, nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    SecretId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    PreviousSecretId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    PreviousSecretUntil = table.Column<DateTime>(type: "TEXT", nullable: true),
                    DisabledAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    DisabledBecause = table.Column<string>(type: "TEXT", maxLength: 24, nullable: true),
                    FailingSince = table.Column<DateTime>(type: "TEXT", nullable: true),
                    LastDeliveredAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    RestsUntil = table.Column<DateTime>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Webhooks", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "UploadedFiles",
                columns: table => new
                {
                    ListId = table.Column<long>(type: "INTEGER", nullable: false),
                    Content = table.Column<byte[]>(type: "BLOB", nullable: false),
                    NotTaken = table.Column<byte[]>(type: "BLOB", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_UploadedFiles", x => x.ListId);
                    table.ForeignKey(
                        name: "FK_UploadedFiles_UploadedLists_ListId",
                        column: x => x.ListId,
                        principalTable: "UploadedLists",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_UnmatchedPayments_Open",
                table: "UnmatchedPayments",
                columns: new[] { "SettledAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Suppressions_ByReason",
                table: "Suppressions",
                columns: new[] { "Reason", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Subscriptions_ListByNewsletter",
                table: "Subscriptions",
                columns: new[] { "NewsletterId", "SubscriberId" });

            migrationBuilder.CreateIndex(
                name: "IX_Subscribers_Joined",
                table: "Subscribers",
                column: "ConfirmedAt");

            migrationBuilder.CreateIndex(
                name: "IX_Subscribers_Left",
                table: "Subscribers",
                column: "LeftAt");

            migrationBuilder.CreateIndex(
                name: "IX_Subscribers_SearchByName",
                table: "Subscribers",
                column: "Name",
                filter: "[Name] IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_StripeTransactions_SumByKind",
                table: "StripeTransactions",
                columns: new[] { "LiveMode", "Kind", "CurrencyCode", "AmountMinor", "FeeMinor" });

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
                name: "IX_OutgoingMails_OfAddress",
                table: "OutgoingMails",
                columns: new[] { "AddressHash", "Id" },
                filter: "[AddressHash] IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_LedgerEntries_ListByAccount",
                table: "LedgerEntries",
                columns: new[] { "Account", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Imports_UndoAsked",
                table: "Imports",
                column: "UndoAskedAt",
                filter: "[UndoAskedAt] IS NOT NULL");

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

            migrationBuilder.CreateIndex(
                name: "IX_UploadedLists_Due",
                table: "UploadedLists",
                columns: new[] { "Stage", "LeaseUntil" });

            migrationBuilder.CreateIndex(
                name: "IX_UploadedLists_Forget",
                table: "UploadedLists",
                column: "UploadedAt");

            migrationBuilder.CreateIndex(
                name: "IX_UploadedLists_ImportId",
                table: "UploadedLists",
                column: "ImportId");

            migrationBuilder.CreateIndex(
                name: "IX_UploadedLists_PublicId",
                table: "UploadedLists",
                column: "PublicId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_WebhookDeliveries_Age",
                table: "WebhookDeliveries",
                column: "CreatedAt");

            migrationBuilder.CreateIndex(
                name: "IX_WebhookDeliveries_Due",
                table: "WebhookDeliveries",
                columns: new[] { "WebhookId", "State", "NextAttemptAt" });

            migrationBuilder.CreateIndex(
                name: "IX_WebhookDeliveries_EventId_WebhookId",
                table: "WebhookDeliveries",
                columns: new[] { "EventId", "WebhookId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_WebhookDeliveries_List",
                table: "WebhookDeliveries",
                columns: new[] { "WebhookId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_WebhookDeliveries_PublicId",
                table: "WebhookDeliveries",
                column: "PublicId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Webhooks_PublicId",
                table: "Webhooks",
                column: "PublicId",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "ReaderDays");

            migrationBuilder.DropTable(
                name: "UploadedFiles");

            migrationBuilder.DropTable(
                name: "WebhookDeliveries");

            migrationBuilder.DropTable(
                name: "Webhooks");

            migrationBuilder.DropTable(
                name: "UploadedLists");

            migrationBuilder.DropIndex(
                name: "IX_UnmatchedPayments_Open",
                table: "UnmatchedPayments");

            migrationBuilder.DropIndex(
                name: "IX_Suppressions_ByReason",
                table: "Suppressions");

            migrationBuilder.DropIndex(
                name: "IX_Subscriptions_ListByNewsletter",
                table: "Subscriptions");

            migrationBuilder.DropIndex(
                name: "IX_Subscribers_Joined",
                table: "Subscribers");

            migrationBuilder.DropIndex(
                name: "IX_Subscribers_Left",
                table: "Subscribers");

            migrationBuilder.DropIndex(
                name: "IX_Subscribers_SearchByName",
                table: "Subscribers");

            migrationBuilder.DropIndex(
                name: "IX_StripeTransactions_SumByKind",
                table: "StripeTransactions");

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
                name: "IX_OutgoingMails_OfAddress",
                table: "OutgoingMails");

            migrationBuilder.DropIndex(
                name: "IX_LedgerEntries_ListByAccount",
                table: "LedgerEntries");

            migrationBuilder.DropIndex(
                name: "IX_Imports_UndoAsked",
                table: "Imports");

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

            migrationBuilder.DropColumn(
                name: "UndoAskedAt",
                table: "Imports");

            migrationBuilder.DropColumn(
                name: "UndoLeaseUntil",
                table: "Imports");
        }
    }
}
