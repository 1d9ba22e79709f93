using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Privacy;

/// <summary>Whoever was erased stays so through backups, copies and crashes; and what a backup would send again waits for people.</summary>
public sealed class ADatabaseThatIsPutBack : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-restore-").FullName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Database => Path.Combine(_folder, "newsroom.db");

    private string Backup => Path.Combine(_folder, "backup.db");

    private string Log => Path.Combine(_folder, "erasures.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task From_before_an_erasure_forgets_the_person_again()
    {
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
        {
            await app.AddNewsletterAsync();
            await app.SubscribeAsync("ada@example.org");
            await app.SubscribeAsync("bob@example.org");
            await app.BackUpAsync(Backup);
            await app.EraseAsync("ada@example.org");
            await app.EraseAsync("bob@example.org");
        }
        Put(Backup);
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
        {
            Assert.DoesNotContain("ada@example.org", await app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("ada@example.org", await app.FileAsync(), StringComparison.OrdinalIgnoreCase);
            Assert.Equal([SuppressionReason.Erased, SuppressionReason.Erased], await app.ReadAsync(db => db.Suppressions.Select(s => s.Reason).ToListAsync(Cancelled)));
            Assert.Equal([SubscriberStatus.Erased, SubscriberStatus.Erased], await app.ReadAsync(db => db.Subscribers.Select(s => s.Status).ToListAsync(Cancelled)));
            Assert.Equal(2, await app.ReadAsync(db => db.Erasures.CountAsync(Cancelled)));
        }
    }

    [Fact]
    public async Task From_after_an_erasure_has_nothing_to_repeat()
    {
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
        {
            await app.AddNewsletterAsync();
            await app.SubscribeAsync("ada@example.org");
            await app.EraseAsync("ada@example.org");
            await app.BackUpAsync(Backup);
        }
        Put(Backup);
        string before;
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
            before = await ReadersAsync(app);
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
            Assert.Equal(before, await ReadersAsync(app));
        Assert.DoesNotContain("ada@", before, StringComparison.Ordinal);
    }

    [Fact]
    public async Task From_before_the_person_came_bars_the_address_all_the_same()
    {
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
        {
            await app.AddNewsletterAsync();
            await app.SubscribeAsync("bob@example.org");
            await app.BackUpAsync(Backup);
            await app.SubscribeAsync("ada@example.org");
            await app.EraseAsync("ada@example.org");
        }
        Put(Backup);
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
        {
            Assert.Equal(1, (await app.ImportAsync("email\nada@example.org\n")).Counts.Suppressed);
            Assert.Null(await app.SubscriberAsync("ada@example.org"));
            Assert.Equal("confirmed", await app.StatusAsync("bob@example.org"));
        }
    }

    [Fact]
    public async Task Keeps_who_came_back_after_an_erasure_and_forgets_them_only_where_the_backup_is_older()
    {
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
        {
            await app.AddNewsletterAsync();
            await app.SubscribeAsync("ada@example.org");
            await app.BackUpAsync(Backup);
            await app.EraseAsync("ada@example.org");
            await app.AdvanceAsync(TimeSpan.FromDays(2));
            await app.SubscribeAsync("ada@example.org");
        }
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
        {
            Assert.Equal("confirmed", await app.StatusAsync("ada@example.org"));
            Assert.Equal(0, await app.ReadAsync(db => db.Suppressions.CountAsync(Cancelled)));
        }
        Put(Backup);
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
            Assert.DoesNotContain("ada@example.org", await app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task From_between_two_erasures_repeats_the_second()
    {
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
        {
            await app.AddNewsletterAsync();
            await app.SubscribeAsync("ada@example.org");
            await app.EraseAsync("ada@example.org");
            await app.AdvanceAsync(TimeSpan.FromDays(2));
            await app.SubscribeAsync("ada@example.org");
            await app.BackUpAsync(Backup);
            await app.AdvanceAsync(TimeSpan.FromDays(2));
            await app.EraseAsync("ada@example.org");
        }
        Put(Backup);
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
        {
            Assert.DoesNotContain("ada@example.org", await app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
            Assert.Equal(2, await app.ReadAsync(db => db.Erasures.CountAsync(Cancelled)));
            Assert.Equal(SuppressionReason.Erased, await app.ReadAsync(db => db.Suppressions.Select(s => s.Reason).SingleAsync(Cancelled)));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Keeps_who_came_back_although_an_earlier_wish_had_met_a_fault(bool wishedAgain)
    {
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
        {
            await app.AddNewsletterAsync();
            await app.SubscribeAsync("ada@example.org");
            await app.BreakTableAsync("Erasures");
            await Assert.ThrowsAnyAsync<Exception>(() => app.EraseAsync("ada@example.org"));
            await app.MendTableAsync("Erasures");
            await app.AdvanceAsync(TimeSpan.FromDays(1));
            if (wishedAgain)
                await app.EraseAsync("ada@example.org");
            else
                await app.PostFormAsync(await app.LeaveLinkAsync("ada@example.org", "this-week"));
            await app.AdvanceAsync(TimeSpan.FromDays(2));
            await app.SubscribeAsync("ada@example.org");
        }
        for (var start = 0; start < 2; start++)
        {
            await using var app = await NewsroomApp.StartOnAsync(_folder);
            Assert.Equal("confirmed", await app.StatusAsync("ada@example.org"));
            Assert.Equal(0, await app.ReadAsync(db => db.Suppressions.CountAsync(Cancelled)));
        }
    }

    [Fact]
    public async Task From_before_a_change_of_address_forgets_whom_the_erasure_met_under_the_new_one()
    {
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
        {
            await app.AddNewsletterAsync();
            await app.SubscribeAsync("ada@example.org");
            await app.BackUpAsync(Backup);
            await app.ActAsync(await app.PreferencesLinkAsync("ada@example.org"), "address", ("email", "ada@new.example.org"));
            await app.RunDueJobsAsync();
            await app.PostFormAsync(app.MailsTo("ada@new.example.org")[^1].Link("/preferences/address/"));
            await app.EraseAsync("ada@new.example.org");
            Assert.DoesNotContain("ada@", await app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
        }
        Put(Backup);
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
            Assert.DoesNotContain("ada@", await app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task After_a_crash_between_the_logs_line_and_the_commit_is_erased_at_the_next_start()
    {
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
        {
            await app.AddNewsletterAsync();
            await app.SubscribeAsync("ada@example.org");
            await app.BreakTableAsync("Erasures");
            await Assert.ThrowsAnyAsync<Exception>(() => app.EraseAsync("ada@example.org"));
            await app.MendTableAsync("Erasures");
            Assert.Equal("confirmed", await app.StatusAsync("ada@example.org"));
        }
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
            Assert.DoesNotContain("ada@example.org", await app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Knows_the_logs_whole_lines_also_behind_one_that_a_crash_cut_off()
    {
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
        {
            await app.AddNewsletterAsync();
            await app.SubscribeAsync("ada@example.org");
            await app.BackUpAsync(Backup);
            await File.WriteAllTextAsync(Log, "2026-11-24T12:00:0", Cancelled);
            await app.EraseAsync("ada@example.org");
        }
        Assert.Equal(2, (await File.ReadAllLinesAsync(Log, Cancelled)).Length);
        Assert.DoesNotContain("ada", await File.ReadAllTextAsync(Log, Cancelled), StringComparison.Ordinal);
        Put(Backup);
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
            Assert.DoesNotContain("ada@example.org", await app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Erases_nobody_when_the_log_cannot_be_written()
    {
        await using var app = await NewsroomApp.StartOnAsync(_folder);
        await app.AddNewsletterAsync();
        await app.SubscribeAsync("ada@example.org");
        Directory.CreateDirectory(Log);
        await Assert.ThrowsAnyAsync<Exception>(() => app.EraseAsync("ada@example.org"));
        Assert.Equal("confirmed", await app.StatusAsync("ada@example.org"));
    }

    [Fact]
    public async Task Sends_nothing_by_itself_until_people_have_looked()
    {
        await using var app = await NewsroomApp.StartOnAsync(_folder);
        await app.AddNewsletterAsync();
        await app.AddReadersAsync(2);
        await app.PushStoriesAsync();
        var scheduled = await app.ComposeAsync();
        await app.StepAsync(scheduled, "schedule", new { at = "2026-11-24T08:00", timeZone = "America/New_York" });
        await app.SignUpAsync("pending@example.org");
        await app.HoldAfterRestoreAsync();
        await app.AdvanceAsync(TimeSpan.FromHours(2));
        Assert.Empty(app.Mails);
        var held = await app.DigestAsync(scheduled);
        Assert.Equal("stopped", (string?)held["status"]);
        Assert.Equal(HoldDigests.Why, (string?)held["reason"]);
        Assert.Equal((OutgoingMailState.Withheld, HoldMails.Why), await app.ReadAsync(async db =>
        {
            var mail = await db.OutgoingMails.AsNoTracking().SingleAsync(m => m.Kind == "confirmation", Cancelled);
            return (mail.State, mail.Answer);
        }));
        await app.StepAsync(scheduled, "resume");
        await app.RunDueJobsAsync();
        Assert.Equal(2, app.Mails.Count);
    }

    [Fact]
    public async Task Warns_of_a_digest_that_was_paused_in_the_backup_and_may_be_over()
    {
        await using var app = await NewsroomApp.StartOnAsync(_folder);
        var digest = await app.ReadyDigestAsync(2);
        await app.StepAsync(digest, "send");
        await app.StepAsync(digest, "pause");
        await app.HoldAfterRestoreAsync();
        var held = await app.DigestAsync(digest);
        Assert.Equal(("stopped", HoldDigests.Why), ((string?)held["status"], (string?)held["reason"]));
    }

    [Fact]
    public async Task Leaves_out_the_readers_own_rhythms_that_were_just_due()
    {
        await using var app = await NewsroomApp.StartOnAsync(_folder);
        await app.AddNewsletterAsync(cadence: new { days = new[] { "wed", "thu", "fri" }, at = "07:00", timeZone = "America/New_York", approval = false });
        await app.AddReadersAsync(2);
        await app.ChooseRhythmAsync(2, Rhythm.Daily);
        await app.PushStoriesAsync();
        await app.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Equal(("1", "1"), (app.Got(1), app.Got(2)));
        await app.PushStoriesAsync();
        app.Clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(10));
        await app.HoldAfterRestoreAsync();
        await app.HoldAfterRestoreAsync();
        await app.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(("1", "1"), (app.Got(1), app.Got(2)));
        await app.AdvanceAsync(TimeSpan.FromHours(23));
        Assert.Equal(("1|2", "1|2"), (app.Got(1), app.Got(2)));
    }

    [Fact]
    public async Task Is_made_and_put_back_by_the_operators_commands()
    {
        var connection = new Dictionary<string, string> { ["ConnectionStrings:Newsroom"] = $"Data Source={Database}" };
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
        {
            await app.AddNewsletterAsync();
            await app.SubscribeAsync("ada@example.org");
            await app.SubscribeAsync("bob@example.org");
            await app.SignUpAsync("pending@example.org");
            Assert.Equal(0, (await CommandAsync("backup", Backup)).Exit);
            var again = await CommandAsync("backup", Backup);
            Assert.Equal(1, again.Exit);
            Assert.Contains("--force", again.Errors, StringComparison.Ordinal);
            Assert.Equal(0, (await CommandAsync("backup", Backup, "--force")).Exit);
            await app.SubscribeAsync("after@example.org");
        }
        var erased = await CommandAsync("subscribers", "erase", "ADA@example.org", "--json");
        Assert.True(erased.Exit == 0, erased.Errors);
        Assert.True(JsonDocument.Parse(erased.Output).RootElement.GetProperty("erased").GetBoolean());
        Assert.Equal(1, (await CommandAsync("subscribers", "erase", "ada@example.org")).Exit);
        Assert.Equal(2, (await CommandAsync("subscribers", "erase", "nonsense")).Exit);

        foreach (var wrong in new[] { Log, Path.Combine(_folder, "absent.db"), Database })
        {
            var refused = await CommandAsync("restore", wrong);
            Assert.True(refused.Exit == 1, refused.Output + refused.Errors);
            Assert.DoesNotContain("   at ", refused.Errors, StringComparison.Ordinal);
        }
        Assert.Equal(2, (await CommandAsync("restore")).Exit);

        var restored = await CommandAsync("restore", Backup, "--json");
        Assert.True(restored.Exit == 0, restored.Errors);
        var report = JsonDocument.Parse(restored.Output).RootElement;
        Assert.Equal(1, report.GetProperty("erasuresRepeated").GetInt32());
        Assert.Equal(1, report.GetProperty("held").GetArrayLength());
        Assert.True(File.Exists(report.GetProperty("keptAs").GetString()));
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
        {
            Assert.Equal("confirmed", await app.StatusAsync("bob@example.org"));
            Assert.Null(await app.SubscriberAsync("after@example.org"));
            Assert.DoesNotContain("ada@example.org", await app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
        }

        async Task<(int Exit, string Output, string Errors)> CommandAsync(params string[] arguments) =>
            await RunningProgram.CommandAsync(_folder, connection, Cancelled, arguments);
    }

    [Fact]
    public async Task Serves_nobody_while_what_it_would_send_again_is_not_held()
    {
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
            await app.BackUpAsync(Backup);
        await File.WriteAllTextAsync(Database + ".restore-unfinished", "", Cancelled);
        var connection = new Dictionary<string, string> { ["ConnectionStrings:Newsroom"] = $"Data Source={Database}" };
        var refused = await RunningProgram.CommandAsync(_folder, connection, Cancelled, "subscribers", "erase", "ada@example.org");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("restore FILE", refused.Errors, StringComparison.Ordinal);
        var restored = await RunningProgram.CommandAsync(_folder, connection, Cancelled, "restore", Backup);
        Assert.True(restored.ExitCode == 0, restored.Errors);
        await using (await NewsroomApp.StartOnAsync(_folder))
            Assert.False(File.Exists(Database + ".restore-unfinished"));
    }

    [Fact]
    public async Task Is_not_made_where_there_is_no_database_nor_of_one_that_it_would_have_to_change()
    {
        var none = await RunningProgram.CommandAsync(_folder, [], Cancelled, "backup", Backup);
        Assert.Equal(1, none.ExitCode);
        Assert.Contains("There is no database to back up", none.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "data")) && Directory.EnumerateFiles(Path.Combine(_folder, "data"), "*.db").Any());

        var older = new Dictionary<string, string> { ["ConnectionStrings:Newsroom"] = $"Data Source={Database}" };
        await using (var app = await NewsroomApp.StartOnAsync(_folder))
            await app.ReadAsync(db => db.Database.ExecuteSqlAsync($"DELETE FROM __EFMigrationsHistory WHERE MigrationId = (SELECT MAX(MigrationId) FROM __EFMigrationsHistory)", Cancelled));
        var made = await RunningProgram.CommandAsync(_folder, older, Cancelled, "backup", Backup);
        Assert.True(made.ExitCode == 0, made.Errors);
        Assert.Contains("1 pending", (await RunningProgram.CommandAsync(_folder, older, Cancelled, "db", "status")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task Is_not_put_under_a_running_server(string allowsSeveral)
    {
        var settings = new Dictionary<string, string> { ["Database:AllowSeveralProcesses"] = allowsSeveral };
        await using var program = await RunningProgram.ServeAsync(_folder, settings, Cancelled);
        Assert.Equal(0, (await RunningProgram.CommandAsync(_folder, [], Cancelled, "backup", Backup)).ExitCode);
        var refused = await RunningProgram.CommandAsync(_folder, [], Cancelled, "restore", Backup);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("stop it first", refused.Errors, StringComparison.Ordinal);
    }

    /// <summary>By hand, as people do: the file over the file.</summary>
    private void Put(string backup)
    {
        SqliteConnection.ClearAllPools();
        foreach (var part in new[] { "", "-wal", "-shm" })
            File.Delete(Database + part);
        File.Copy(backup, Database);
    }

    private static Task<string> ReadersAsync(NewsroomApp app) => app.ReadAsync(async db =>
        string.Join('\n', await db.Subscribers.Select(s => $"{s.Id} {s.Address} {s.Status} {s.Version}").ToListAsync(Cancelled)));
}
