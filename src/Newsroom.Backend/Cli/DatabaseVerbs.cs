using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;

namespace Newsroom.Backend.Cli;

internal static class DatabaseVerbs
{
    public static Command Create(VerbHost host) => new("db", "Looks after the database's schema.")
    {
        Migrate(host),
        Status(host),
        Script(host),
    };

    private static Command Migrate(VerbHost host)
    {
        var command = new Command("migrate", "Brings the schema up to this program. Creates the database when there is none. Back up first.");
        command.SetAction((_, cancellationToken) => host.RunBareAsync(async services =>
        {
            var applied = await services.GetRequiredService<DatabaseStart>().MigrateAsync(cancellationToken);
            await JobsSchema.PrepareAsync(services.GetRequiredService<NewsroomDb>(), cancellationToken);
            foreach (var migration in applied)
                Console.WriteLine($"applied {migration}");
            Console.WriteLine(applied.Count == 0 ? "The schema was up to date." : "The schema is up to date.");
            return VerbHost.Done;
        }));
        return command;
    }

    private static Command Status(VerbHost host)
    {
        var json = CommonOptions.Json();
        var command = new Command("status", "Says which migrations are applied and which wait.") { json };
        command.SetAction((parsed, cancellationToken) => host.RunBareAsync(async services =>
        {
            var provider = services.GetRequiredService<NewsroomDb>().Database.ProviderName!.Split('.')[^1];
            var (applied, pending) = await services.GetRequiredService<DatabaseStart>().StatusAsync(cancellationToken);
            if (parsed.GetValue(json))
                return VerbHost.PrintJson(new { provider, applied, pending });
            Console.WriteLine($"{provider}: {applied.Count} applied, {pending.Count} pending");
            foreach (var migration in pending)
                Console.WriteLine($"pending {migration}");
            return VerbHost.Done;
        }));
        return command;
    }

    private static Command Script(VerbHost host)
    {
        var command = new Command("script", "Prints the SQL that makes the schema: from nothing on SQLite, from any version on SQL Server.");
        command.SetAction((_, _) => host.RunBareAsync(services =>
        {
            var db = services.GetRequiredService<NewsroomDb>();
            // SQLite has no conditional statements, so EF Core cannot make its script idempotent.
            var options = db.Database.IsSqlite() ? MigrationsSqlGenerationOptions.Script : MigrationsSqlGenerationOptions.Script | MigrationsSqlGenerationOptions.Idempotent;
            Console.WriteLine(db.GetService<IMigrator>().GenerateScript(options: options));
            if (JobsSchema.Script(db) is { } jobs)
                Console.WriteLine(jobs);
            return Task.FromResult(VerbHost.Done);
        }));
        return command;
    }
}

internal static class CommonOptions
{
    public static Option<bool> Json() => new("--json") { Description = "Prints JSON instead of text." };
}
