using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Web.Details;

namespace Newsroom.Backend.Tests.Staff;

/// <summary>Staff give the newsroom's details on a page; what they gave holds at once, unless an operator has set it in a place of his own.</summary>
public sealed class TheNewsroomsDetails : IAsyncLifetime
{
    private const string Page = "/staff/settings/newsroom";

    private NewsroomApp _app = null!;
    private StaffBrowser _administrator = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>The name is the operator's, the rest is nobody's yet.</summary>
    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync(NewsroomApp.WithAdministrator(new()
        {
            ["Site:PostalAddress"] = null,
            ["Site:TimeZone"] = null,
            ["Mail:From"] = null,
            ["Mail:Dkim:Domain"] = null,
        }));
        _administrator = await _app.AdministratorAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Hold_at_once_on_pages_in_mails_and_in_their_sender()
    {
        var digest = await _app.ReadyDigestAsync(1);
        await _app.StepAsync(digest, "send", expected: HttpStatusCode.Conflict);
        // Rendered once before: what was made of the old details must not be kept.
        Assert.DoesNotContain("9 Quay Street", await _administrator.ReadAsync($"/staff/digests/{digest}/preview"), StringComparison.Ordinal);

        await SaveAsync(("Site:PostalAddress", "9 Quay Street, Port Ellery"), ("Mail:From", "The Courier <news@courier.example>"), ("Site:TimeZone", "Pacific/Auckland"));
        var home = await _app.Http.GetStringAsync("/subscribe", Stop);
        Assert.Contains("9 Quay Street", home, StringComparison.Ordinal);
        Assert.Contains("mailto:news@courier.example", home, StringComparison.Ordinal);
        Assert.Contains("25 Nov 2026, 01:00", await _administrator.ReadAsync("/staff/audit?what=newsroom"), StringComparison.Ordinal);

        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        var mail = Assert.Single(_app.Mails);
        Assert.Equal("news@courier.example", Assert.Single(mail.Message.From.Mailboxes).Address);
        Assert.Contains("9 Quay Street", mail.Text, StringComparison.Ordinal);
        Assert.Contains("9 Quay Street", mail.Html, StringComparison.Ordinal);
        Assert.Contains("d=courier.example;", Assert.Single(mail.Header("DKIM-Signature")), StringComparison.Ordinal);

        await SaveAsync(("Site:PostalAddress", "10 Quay Street, Port Ellery"), ("Mail:From", "The Courier <post@other.example>"));
        await _app.PushStoriesAsync();
        await _app.StepAsync(await _app.ComposeAsync(), "send");
        await _app.RunDueJobsAsync();
        Assert.Contains("10 Quay Street", _app.Mails[^1].Text, StringComparison.Ordinal);
        Assert.Equal("post@other.example", _app.Mails[^1].Message.From.Mailboxes.Single().Address);
        Assert.Contains("d=other.example;", Assert.Single(_app.Mails[^1].Header("DKIM-Signature")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Are_the_operators_where_he_has_set_them_and_are_shown_with_the_place()
    {
        var page = await _administrator.ReadAsync(Page);
        Assert.Contains("changed there: command line: --Site:Name", page, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"Site:Name\"", page, StringComparison.Ordinal);
        Assert.Contains("name=\"Site:PostalAddress\"", page, StringComparison.Ordinal);
        // A form that somebody made up.
        await SaveAsync(("Site:Name", "Mine"), ("Site:PublicUrl", "https://mine.example"), ("Mail:Smtp:Host", "mine.example"), ("Site:PostalAddress", "9 Quay Street"));
        Assert.Equal(["Site:PostalAddress"], await StoredAsync());
        Assert.Contains("The Test Gazette", await _app.Http.GetStringAsync("/subscribe", Stop), StringComparison.Ordinal);
        // And one that is in the table all the same.
        await StoreElsewhereAsync("Site:Name", "Mine");
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        await ReadUntilAsync("/staff/settings", text => text.Contains("the newsroom's details page", StringComparison.Ordinal));
        Assert.Contains("The Test Gazette", await _app.Http.GetStringAsync("/subscribe", Stop), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Site:TimeZone", "Mars/Olympus", "Site:TimeZone 'Mars/Olympus' is unknown: give an IANA zone")]
    [InlineData("Site:TimeZone", "", "Site:TimeZone '' is unknown")]
    [InlineData("Site:Language", "English", "Site:Language 'English' is unknown: give a language tag such as en-US.")]
    [InlineData("Site:AlertAddress", "nobody", "Site:AlertAddress is not a mail address")]
    [InlineData("Site:ContactAddress", "nobody", "Site:ContactAddress is not a mail address")]
    [InlineData("Mail:From", "The Courier", "Mail:From 'The Courier' is not a sender")]
    [InlineData("Site:PostalAddress", "9 Quay Street\r\nBcc: all@example.org", "write it on one line")]
    public async Task Are_refused_by_the_rules_of_the_start(string key, string value, string sentence)
    {
        await SaveAsync(("Site:TimeZone", "Pacific/Auckland"), ("Site:Language", "en-GB"));
        var answer = await _administrator.SubmitAsync(Page, "", (key, value), ("Site:PostalAddress", key == "Site:PostalAddress" ? value : "9 Quay Street"));
        var text = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Stop));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains(sentence, text, StringComparison.Ordinal);
        Assert.Contains($"id=\"{key.Replace(':', '-').ToLowerInvariant()}-fault\"", text, StringComparison.Ordinal);
        // All or nothing.
        Assert.Equal(["Site:Language", "Site:TimeZone"], await StoredAsync());
    }

    [Fact]
    public async Task Are_told_in_the_audit_log_without_an_address_of_mail()
    {
        await SaveAsync(("Site:PostalAddress", "9 Quay Street"), ("Site:AlertAddress", "anna@private.example"), ("Mail:From", "Anna <anna@private.example>"));
        await SaveAsync(("Site:PostalAddress", "10 Quay Street"));
        // Nothing new: nothing to tell.
        await SaveAsync(("Site:PostalAddress", " 10 Quay Street "));
        var entries = await _app.ReadAsync(db => db.AuditEntries.Where(a => a.Action == ChangeDetails.Deed).OrderBy(a => a.Id).ToListAsync(Stop));
        Assert.Equal(
            [("Site:PostalAddress: ", "Site:PostalAddress: 9 Quay Street; Site:AlertAddress changed; Mail:From changed"), ("Site:PostalAddress: 9 Quay Street", "Site:PostalAddress: 10 Quay Street")],
            entries.ConvertAll(e => (e.Before, e.After)));
    }

    [Fact]
    public async Task Are_taken_away_by_an_empty_field()
    {
        await SaveAsync(("Site:ContactAddress", "hello@courier.example"), ("Mail:From", "news@courier.example"));
        Assert.Contains("mailto:hello@courier.example", await _app.Http.GetStringAsync("/subscribe", Stop), StringComparison.Ordinal);
        await SaveAsync(("Site:ContactAddress", ""));
        Assert.Contains("mailto:news@courier.example", await _app.Http.GetStringAsync("/subscribe", Stop), StringComparison.Ordinal);
        Assert.Equal(["Mail:From"], await StoredAsync());
    }

    [Fact]
    public async Task Are_learned_from_another_process_within_a_minute()
    {
        Assert.Contains("Give its name, its postal address", await _administrator.ReadAsync("/staff"), StringComparison.Ordinal);
        await StoreElsewhereAsync("Site:PostalAddress", "9 Quay Street");
        await StoreElsewhereAsync("Mail:From", "news@courier.example");
        await StoreElsewhereAsync("Site:TimeZone", "Mars/Olympus");
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        await ReadUntilAsync("/staff/settings", text => text.Contains("9 Quay Street", StringComparison.Ordinal));
        Assert.DoesNotContain("Give its name, its postal address", await _administrator.ReadAsync("/staff"), StringComparison.Ordinal);
        // What would keep a start away does not count, and the page says so until there is another.
        Assert.Contains("does not count. Site:TimeZone 'Mars/Olympus' is unknown", await _administrator.ReadAsync(Page), StringComparison.Ordinal);
        await SaveAsync(("Site:TimeZone", "UTC"));
        Assert.DoesNotContain("does not count", await _administrator.ReadAsync(Page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leave_mail_as_it_was_where_the_rest_of_its_section_no_longer_holds()
    {
        var key = Path.Combine(Directory.CreateTempSubdirectory("newsroom-key-").FullName, "key.pem");
        File.Copy(TestKeys.DkimKeyFile, key);
        await using var app = await NewsroomApp.StartAsync(NewsroomApp.WithAdministrator(new() { ["Mail:From"] = null, ["Site:PostalAddress"] = null, ["Mail:Dkim:PrivateKeyFile"] = key }));
        var administrator = await app.AdministratorAsync();
        await administrator.SubmitAsync(Page, "", ("Mail:From", "news@courier.example"));
        await app.WriteLetterAsync("one@reader.example");
        await app.RunDueJobsAsync();
        Directory.Delete(Path.GetDirectoryName(key)!, recursive: true);
        await administrator.SubmitAsync(Page, "", ("Mail:From", "news@other.example"), ("Site:PostalAddress", "9 Quay Street"));
        await app.WriteLetterAsync("two@reader.example");
        await app.RunDueJobsAsync();
        Assert.Equal(["news@courier.example", "news@courier.example"], app.Mails.Select(m => m.Message.From.Mailboxes.Single().Address));
        Assert.Contains("9 Quay Street", await app.Http.GetStringAsync("/subscribe", Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Are_changed_only_after_a_fresh_proof()
    {
        var token = await _administrator.TokenAsync(Page);
        _app.Clock.Advance(TimeSpan.FromMinutes(11));
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("Site:PostalAddress", "9 Quay Street"), KeyValuePair.Create("__RequestVerificationToken", token)]);
        var answer = await _administrator.Http.PostAsync(Page, form, Stop);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.StartsWith("/staff/prove", answer.Headers.Location?.OriginalString, StringComparison.Ordinal);
        Assert.Empty(await StoredAsync());
    }

    private async Task SaveAsync(params (string, string)[] fields)
    {
        var answer = await _administrator.SubmitAsync(Page, "", fields);
        Assert.True(answer.StatusCode == HttpStatusCode.Redirect, await answer.Content.ReadAsStringAsync(Stop));
    }

    private Task<List<string>> StoredAsync() => _app.ReadAsync(db => db.StoredSettings.OrderBy(s => s.Key).Select(s => s.Key).ToListAsync(Stop));

    /// <summary>As another process on the same database would.</summary>
    private Task StoreElsewhereAsync(string key, string value) => _app.ArrangeAsync(db =>
    {
        db.Add(new StoredSetting { Key = key, Value = value, ChangedAt = _app.Clock.GetUtcNow() });
        return Task.CompletedTask;
    });

    /// <summary>The clock has ticked; the reading that it rang for takes a moment.</summary>
    private async Task ReadUntilAsync(string path, Func<string, bool> condition)
    {
        for (var attempt = 0; !condition(await _administrator.ReadAsync(path)); attempt++)
        {
            Assert.True(attempt < 200, "It does not happen.");
            await Task.Delay(20, Stop);
        }
    }
}

/// <summary>The program as a process of its own, with what staff stored before it started.</summary>
public sealed class AStartWithStoredDetails : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-details-").FullName;

    [Fact]
    public async Task Takes_them_below_the_operators_and_ignores_what_no_longer_holds()
    {
        var stop = TestContext.Current.CancellationToken;
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "data")).FullName, "newsroom.db");
        MigratedFile.CopyTo(file);
        await using (var db = new Data.SqliteNewsroomDb(new DbContextOptionsBuilder<Data.SqliteNewsroomDb>().UseSqlite($"Data Source={file};Pooling=False").Options))
        {
            (string, string)[] rows =
            [
                ("Site:Name", "Stored Name"), ("Site:PostalAddress", "9 Quay Street"), ("Site:ContactAddress", "stored@courier.example"), ("Site:Language", "de-DE"),
                ("Site:TimeZone", "Mars/Olympus"), ("Mail:From", "no sender"), ("Database:Provider", "Oracle"),
            ];
            foreach (var (key, value) in rows)
                db.Add(new StoredSetting { Key = key, Value = value, ChangedAt = NewsroomApp.Start });
            await db.SaveChangesAsync(stop);
        }
        await File.WriteAllTextAsync(Path.Combine(_folder, "appsettings.json"), """{"Site": {"ContactAddress": "file@courier.example", "Language": null}}""", stop);
        await using var program = await RunningProgram.ServeAsync(_folder, new() { ["Site:Name"] = "Name of the Environment" }, stop);
        var page = await program.Http.GetStringAsync("/subscribe", stop);
        Assert.Contains("Name of the Environment", page, StringComparison.Ordinal);
        Assert.Contains("9 Quay Street", page, StringComparison.Ordinal);
        Assert.Contains("file@courier.example", page, StringComparison.Ordinal);
        Assert.Contains("<html lang=\"de-DE\">", page, StringComparison.Ordinal);
        Assert.Contains("What is stored for Site:TimeZone is ignored", program.Output, StringComparison.Ordinal);
        Assert.Contains("What is stored for Mail:From is ignored", program.Output, StringComparison.Ordinal);
        Assert.Contains("What is stored for Database:Provider is ignored", program.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Mars/Olympus", program.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gives_a_command_their_sender()
    {
        var stop = TestContext.Current.CancellationToken;
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "data")).FullName, "newsroom.db");
        MigratedFile.CopyTo(file);
        await using (var db = new Data.SqliteNewsroomDb(new DbContextOptionsBuilder<Data.SqliteNewsroomDb>().UseSqlite($"Data Source={file};Pooling=False").Options))
        {
            db.Add(new StoredSetting { Key = "Mail:From", Value = "news@courier.example", ChangedAt = NewsroomApp.Start });
            await db.SaveChangesAsync(stop);
        }
        var (exit, output, errors) = await RunningProgram.CommandAsync(_folder, [], stop, "mail", "dkim", "new", "--selector", "one");
        Assert.True(exit == 0, errors);
        Assert.Contains("one._domainkey.courier.example", output, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
