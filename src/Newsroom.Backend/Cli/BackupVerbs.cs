using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Staff.Today;
using Newsroom.Backend.Subscribers.Privacy;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.Details;

namespace Newsroom.Backend.Cli;

internal static class BackupVerbs
{
    public static Command Backup(VerbHost host)
    {
        var file = new Argument<string>("FILE") { Description = "Where to, for example /backups/newsroom-monday.db. With SQL Server: as the server sees it." };
        var force = new Option<bool>("--force") { Description = "Replaces FILE when it is there." };
        var json = CommonOptions.Json();
        var command = new Command("backup", "Writes the whole database into one file, while the program serves. With SQL Server: prints the statement to run there.") { file, force, json };
        // As it is: before an update the backup must not be brought up to date, and a mistaken folder must not get a database.
        command.SetAction((parsed, cancellationToken) => host.RunBareAsync(
            async services =>
            {
                var (applied, pending) = await services.GetRequiredService<DatabaseStart>().StatusAsync(cancellationToken);
                var database = services.GetRequiredService<NewsroomDb>().Database;
                if (applied.Count == 0 && database.IsSqlite())
                    return VerbHost.Fail($"There is no database to back up: {Path.GetFullPath(database.GetDbConnection().DataSource)}. Run the command where the program runs, or name the database in ConnectionStrings:Newsroom.");
                var outcome = await services.GetRequiredService<BackUpDatabase>().RunAsync(parsed.GetRequiredValue(file), parsed.GetValue(force), cancellationToken);
                // The dashboard asks for a backup until it sees this line.
                if (outcome is BackupOutcome.Made && pending.Count == 0)
                    await services.GetRequiredService<AuditTrail>().SayAsync(Actors.CommandLine, Checklist.BackedUp);
                return outcome switch
                {
                    BackupOutcome.Made made when parsed.GetValue(json) => VerbHost.PrintJson(made),
                    BackupOutcome.Made made => Say($"Backed up to {made.File} ({made.Bytes} bytes). It holds everything but {services.GetRequiredService<ErasureLog>().Path}: keep that file too, and apart."),
                    BackupOutcome.Exists exists => VerbHost.Fail($"{exists.File} exists: choose another name, or say --force."),
                    BackupOutcome.ByServer server => Say(server.TSql),
                    var other => throw new InvalidOperationException($"Unknown outcome {other}."),
                };
            }));
        return command;
    }

    public static Command Restore(VerbHost host)
    {
        var file = new Argument<string?>("FILE") { Description = "A backup.", Arity = ArgumentArity.ZeroOrOne };
        var after = new Option<bool>("--after") { Description = "For a database that was restored by other means (SQL Server's own, a copied file): only repeats the erasures and holds what would be sent." };
        var json = CommonOptions.Json();
        var command = new Command("restore", "Puts a backup in the database's place. Refuses while the program serves. Keeps the present database; sends nothing until people have looked.") { file, after, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(file) is null != result.GetValue(after))
                result.AddError("Give either FILE or --after.");
        });
        command.SetAction((parsed, cancellationToken) => host.RunBareAsync(async services =>
        {
            string? kept = null;
            if (parsed.GetValue(file) is { } backup)
            {
                if (services.GetRequiredService<NewsroomDb>().Database.IsSqlServer())
                    return VerbHost.Fail("SQL Server restores its own backups: run RESTORE DATABASE … FROM DISK = N'…' there, then 'db migrate' and 'restore --after' here, and only then start the program.");
                kept = await services.GetRequiredService<RestoreDatabase>().RunAsync(backup, cancellationToken);
            }
            return await FinishAsync(services, kept, parsed.GetValue(json));
        }));
        return command;
    }

    // The backup is in its place: from here on to the end, whoever presses Ctrl+C.
    private static async Task<int> FinishAsync(IServiceProvider services, string? kept, bool json)
    {
        services.GetRequiredService<OneServerLock>().Take();
        // Also where the start does not migrate: whoever restores wants this database.
        await services.GetRequiredService<DatabaseStart>().MigrateAsync(CancellationToken.None);
        await services.GetRequiredService<StoredSettings>().LoadAsync(CancellationToken.None);
        var erased = await services.GetRequiredService<ReplayErasures>().RunAsync(CancellationToken.None);
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var held = new List<string>();
        foreach (var feature in services.GetServices<IHoldAfterRestore>())
        {
            if (await feature.HoldAsync(now, CancellationToken.None) is { } sentence)
                held.Add(sentence);
        }
        services.GetRequiredService<RestoreDatabase>().Finish();
        if (json)
            return VerbHost.PrintJson(new { keptAs = kept, erasuresRepeated = erased, held });
        if (kept is not null)
            Console.WriteLine($"The database that was there is kept as {kept}. Delete it when you no longer need it: it still has everybody in it who was erased since the backup.");
        Console.WriteLine(erased == 0 ? "No erasure had to be repeated." : $"{erased} erasure(s) made since the backup were repeated.");
        foreach (var sentence in held)
            Console.WriteLine(sentence);
        Console.WriteLine("Restored. Who left, bounced or signed up after the backup is not known here: look at the mail server's log before you send.");
        return VerbHost.Done;
    }

    private static int Say(string sentence)
    {
        Console.WriteLine(sentence);
        return VerbHost.Done;
    }
}
