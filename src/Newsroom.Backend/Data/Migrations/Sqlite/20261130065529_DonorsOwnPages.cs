using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Newsroom.Backend.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class DonorsOwnPages : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "GivingRequests",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    DonorId = table.Column<long>(type: "INTEGER", nullable: true),
                    AddressHash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    RequestedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    IsMailed = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_GivingRequests", x => x.Id);
                    table.ForeignKey(
                        name: "FK_GivingRequests_Donors_DonorId",
                        column: x => x.DonorId,
                        principalTable: "Donors",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "PlanChanges",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    PlanId = table.Column<long>(type: "INTEGER", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 24, nullable: false),
                    FromMinor = table.Column<long>(type: "INTEGER", nullable: true),
                    ToMinor = table.Column<long>(type: "INTEGER", nullable: true),
                    Until = table.Column<DateTime>(type: "TEXT", nullable: true),
                    At = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PlanChanges", x => x.Id);
                    table.ForeignKey(
                        name: "FK_PlanChanges_RecurringPlans_PlanId",
                        column: x => x.PlanId,
                        principalTable: "RecurringPlans",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_GivingRequests_CoolDown",
                table: "GivingRequests",
                columns: new[] { "AddressHash", "RequestedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_GivingRequests_DonorId",
                table: "GivingRequests",
                column: "DonorId");

            migrationBuilder.CreateIndex(
                name: "IX_GivingRequests_Purge",
                table: "GivingRequests",
                column: "RequestedAt");

            migrationBuilder.CreateIndex(
                name: "IX_PlanChanges_OfPlan",
                table: "PlanChanges",
                columns: new[] { "PlanId", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "GivingRequests");

            migrationBuilder.DropTable(
                name: "PlanChanges");
        }
    }
}
