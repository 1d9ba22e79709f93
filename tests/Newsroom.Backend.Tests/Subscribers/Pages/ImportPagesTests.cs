using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Subscribers.Imports;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Tests.Subscribers.Pages;

public sealed class BringingAListInByItsPages : StaffTests
{
    private const string Mixed = "Name;Their mail;When\nAda L;ada@example.org;2024-05-01\nMary;mary@example.org;\nNo one;not an address;\nAgain;ADA@example.org;\nGone;gone@example.org;\n";

    [Fact]
    public async Task Goes_from_the_file_to_columns_report_readers_and_back()
    {
        await App.SubscribeAsync("gone@example.org");
        await LeaveAsync("gone@example.org");
        var list = await UploadAsync(Mixed);
        var first = await Administrator.ReadAsync(list);
        Assert.Contains("handler=Check\"", first, StringComparison.Ordinal);
        Assert.Contains("its cells parted by semicolons", first, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"col\">Their mail</th>", first, StringComparison.Ordinal);
        Assert.Contains("<td>ada@example.org</td>", first, StringComparison.Ordinal);

        await CheckAsync(list, ("column-email", "1"), ("column-consentedat", "2"));
        var checking = await Administrator.ReadAsync(list);
        Assert.Contains("Every row is looked at", checking, StringComparison.Ordinal);
        Assert.Contains($"data-live=\"{list}\" data-over=\"no\"", checking, StringComparison.Ordinal);
        await App.RunEnqueuedJobsAsync();
        var report = await Administrator.ReadAsync(list);
        Assert.Contains("Bring 2 readers in", report, StringComparison.Ordinal);
        Assert.Contains("data-over=\"yes\"", report, StringComparison.Ordinal);
        Assert.Contains("The address has no @.", report, StringComparison.Ordinal);
        Assert.Contains("The address stands in line 2 already.", report, StringComparison.Ordinal);
        Assert.Null(await App.SubscriberAsync(Ada));
        var rejects = await Administrator.ReadAsync(list + "?handler=NotTaken");
        Assert.Contains("4,not an address,", rejects, StringComparison.Ordinal);
        Assert.Contains("6,gone@example.org,", rejects, StringComparison.Ordinal);

        var import = (await Administrator.SubmitAsync(list, "BringIn")).Headers.Location!.OriginalString;
        Assert.Contains("It is being brought in", await Administrator.ReadAsync(import), StringComparison.Ordinal);
        await App.RunEnqueuedJobsAsync();
        Assert.Contains("2 readers were brought in.", await Administrator.ReadAsync(import), StringComparison.Ordinal);
        Assert.Equal("this-week", await App.ActiveAsync(Ada));
        Assert.Equal("left", await App.StatusAsync("gone@example.org"));
        Assert.Contains("list.csv", await Administrator.ReadAsync("/staff/imports"), StringComparison.Ordinal);

        Assert.Equal("It is being taken back.", await SubmitAsync(Administrator, import, "Undo"));
        Assert.Contains("It is being taken back", await Administrator.ReadAsync(import), StringComparison.Ordinal);
        await App.RunEnqueuedJobsAsync();
        Assert.Contains("2 of 2 readers were removed without a trace.", await Administrator.ReadAsync(import), StringComparison.Ordinal);
        Assert.Null(await App.SubscriberAsync(Ada));
        Assert.Contains("taken back already", await SubmitAsync(Administrator, import, "Undo"), StringComparison.Ordinal);
        var deeds = await App.ReadAsync(db => db.AuditEntries.Where(a => a.Action.StartsWith("list.") || a.Action.StartsWith("import.")).OrderBy(a => a.Id).Select(a => a.Action).ToListAsync(Cancelled));
        Assert.Equal(["list.uploaded", "list.check-ordered", "import.started", "import.undo-ordered"], deeds);
        await AssertAuditHoldsNothingOfAsync("ada", "list.csv", "mail");
    }

    [Fact]
    public async Task Keeps_the_file_no_longer_than_it_needs_it()
    {
        var list = await UploadAsync("email\nada@example.org\n");
        await CheckAsync(list);
        await App.RunDueJobsAsync();
        await Administrator.SubmitAsync(list, "BringIn");
        await App.RunDueJobsAsync();
        Assert.Equal(0, await App.ReadAsync(db => db.UploadedFiles.Select(f => f.Content.Length).SingleAsync(Cancelled)));

        await UploadAsync("email\nmary@example.org\n");
        await App.AdvanceAsync(UploadedList.KeptFor + TimeSpan.FromMinutes(1));
        Assert.False(await App.ReadAsync(db => db.UploadedFiles.AnyAsync(Cancelled)));
        Assert.False(await App.ReadAsync(db => db.UploadedLists.AnyAsync(Cancelled)));
    }

    [Theory]
    [InlineData("email\njoann@example.org\n", "ann@example.org", false)]
    [InlineData("email\nann@example.org.au\n", "ann@example.org", false)]
    [InlineData("Name;Mail\nAnn;\"Ann <ANN@example.org>\"\n", "ann@example.org", true)]
    [InlineData("Mail|Name\n'ann@example.org'|Ann\n", "ann@example.org", true)]
    [InlineData("email,note\nbob@example.org,\"with ann@example.org, by telephone\"\n", "ann@example.org", true)]
    [InlineData("email\nann@bücher.example\n", "ann@xn--bcher-kva.example", true)]
    public async Task Throws_a_list_away_with_an_erased_person_who_stands_in_it_and_no_other(string csv, string person, bool goes)
    {
        await App.SubscribeAsync(person);
        await UploadAsync(csv);
        await App.EraseAsync(person);
        Assert.Equal(!goes, await App.ReadAsync(db => db.UploadedLists.AnyAsync(Cancelled)));
    }

    [Theory]
    [InlineData("declared", "Say that these people agreed")]
    [InlineData("consent", "consent")]
    [InlineData("newsletter", "Choose the newsletter")]
    [InlineData("column-email", "address")]
    public async Task Says_what_is_missing_and_keeps_what_was_typed(string missing, string says)
    {
        var list = await UploadAsync("Their mail,Name\nada@example.org,Ada\n");
        var fields = Filled([("column-email", "0")]).Where(f => f.Item1 != missing).ToArray();
        var answer = await Administrator.SubmitAsync(list, "Check", fields);
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains(says, page[page.IndexOf("error-summary", StringComparison.Ordinal)..], StringComparison.OrdinalIgnoreCase);
        if (missing != "consent")
            Assert.Contains(NewsroomApp.Declared, page, StringComparison.Ordinal);
        Assert.Equal(ListStage.Uploaded, await StageAsync());
    }

    [Theory]
    [InlineData("", "must not be empty")]
    [InlineData("\0\0\u0001", "not a text file")]
    public async Task Refuses_what_is_no_list(string content, string says)
    {
        var answer = await PostFileAsync(Encoding.UTF8.GetBytes(content), "photo.csv");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains(says, await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.OrdinalIgnoreCase);
        Assert.False(await App.ReadAsync(db => db.UploadedLists.AnyAsync(Cancelled)));
    }

    [Fact]
    public async Task Throws_a_list_away()
    {
        var list = await UploadAsync("email\nada@example.org\n");
        Assert.Contains("Nobody was added", await SubmitAsync(Administrator, list, "ThrowAway"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await Administrator.GetAsync(list)).StatusCode);
        Assert.False(await App.ReadAsync(db => db.UploadedFiles.AnyAsync(Cancelled)));
    }

    [Fact]
    public async Task Goes_on_after_a_crash_behind_the_last_row_that_was_written()
    {
        var import = await BringInRowsAsync(5000);
        await App.RefuseRowsAsync("Subscribers", "NEW.AddressKey = 'r4500@list.example'");
        await Assert.ThrowsAnyAsync<Exception>(() => WhileTimePassesAsync(App.RunEnqueuedJobsAsync));
        Assert.Equal((4000, 4000), (await CountsAsync(), await App.ReadAsync(db => db.Subscriptions.CountAsync(Cancelled))));

        // A killed process gives nothing back: its lease ends by itself.
        var until = App.Clock.GetUtcNow() + UploadedList.Lease;
        await App.ReadAsync(db => db.UploadedLists.ExecuteUpdateAsync(s => s.SetProperty(l => l.LeaseUntil, until).SetProperty(l => l.LeaseId, Guid.CreateVersion7()), Cancelled));
        await App.ReadAsync(db => db.Database.ExecuteSqlAsync($"DROP TRIGGER refuse_Subscribers", Cancelled));
        await App.RunDueJobsAsync();
        Assert.Equal(4000, await CountsAsync());
        App.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Contains("It goes on by itself", await Administrator.ReadAsync(import), StringComparison.Ordinal);
        Assert.Contains("still being brought in", await SubmitAsync(Administrator, import, "Undo"), StringComparison.Ordinal);
        await WhileTimePassesAsync(App.RunDueJobsAsync);
        Assert.Equal((5000, 5000), (await CountsAsync(), await App.ReadAsync(db => db.Subscriptions.CountAsync(Cancelled))));
        Assert.Equal(5000, await App.ReadAsync(db => db.Consents.CountAsync(Cancelled)));
        Assert.Contains("5,000 readers were brought in.", await Administrator.ReadAsync(import), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gives_up_after_five_crashes_at_the_same_row_and_says_so()
    {
        var import = await BringInRowsAsync(10);
        await App.RefuseRowsAsync("Subscribers", "NEW.AddressKey = 'r5@list.example'");
        for (var i = 0; i < UploadedList.MostAttempts; i++)
            await Assert.ThrowsAnyAsync<Exception>(App.RunDueJobsAsync);
        await App.RunDueJobsAsync();
        App.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Contains("It failed five times at the same place.", await Administrator.ReadAsync(import), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counts_nobody_twice_when_its_job_is_delivered_several_times_at_once()
    {
        var import = await BringInRowsAsync(3000);
        await WhileTimePassesAsync(() => App.RaceJobsAsync(3));
        Assert.Equal((3000, 3000), (await CountsAsync(), await App.ReadAsync(db => db.Subscriptions.CountAsync(Cancelled))));
        await SubmitAsync(Administrator, import, "Undo");
        await App.RaceJobsAsync(3);
        Assert.Contains("3,000 of 3,000 readers were removed", await Administrator.ReadAsync(import), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Starts_and_undoes_also_when_no_job_can_be_enqueued()
    {
        App.TakeJobStorage(away: true);
        var list = await UploadAsync("email\nada@example.org\n");
        await CheckAsync(list);
        App.TakeJobStorage(away: false);
        await App.RunDueJobsAsync();
        Assert.Contains("Bring 1 reader in", await Administrator.ReadAsync(list), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_for_administrators()
    {
        var list = await UploadAsync("email\nada@example.org\n");
        var publisher = await App.MemberAsync(Administrator, StaffRole.Publisher);
        foreach (var path in new[] { "/staff/imports", "/staff/imports/new", "/staff/imports/export", list })
            Assert.Equal(HttpStatusCode.Forbidden, (await publisher.GetAsync(path)).StatusCode);
        Assert.DoesNotContain("/staff/imports", await publisher.ReadAsync("/staff/subscribers"), StringComparison.Ordinal);
    }

    private async Task<string> BringInRowsAsync(int rows)
    {
        var csv = new StringBuilder("email\n");
        for (var i = 1; i <= rows; i++)
            csv.Append(System.Globalization.CultureInfo.InvariantCulture, $"r{i}@list.example\n");
        var list = await UploadAsync(csv.ToString());
        await CheckAsync(list);
        await App.RunEnqueuedJobsAsync();
        return (await Administrator.SubmitAsync(list, "BringIn")).Headers.Location!.OriginalString;
    }

    /// <summary>Between two batches an import takes a breath on the clock.</summary>
    private async Task WhileTimePassesAsync(Func<Task> jobs)
    {
        var running = jobs();
        while (!running.IsCompleted)
        {
            await Task.WhenAny(running, Task.Delay(50, Cancelled));
            App.Clock.Advance(TimeSpan.FromMilliseconds(200));
        }
        await running;
    }

    private async Task<string> UploadAsync(string csv)
    {
        var answer = await PostFileAsync(Encoding.UTF8.GetBytes(csv), @"C:\lists\list.csv");
        Assert.True(answer.Headers.Location is not null, await answer.Content.ReadAsStringAsync(Cancelled));
        return answer.Headers.Location.OriginalString;
    }

    private async Task<HttpResponseMessage> PostFileAsync(byte[] file, string name)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(file), "list", name } };
        return await Administrator.SubmitFormAsync("/staff/imports/new", form);
    }

    private async Task CheckAsync(string list, params (string, string)[] columns)
    {
        var answer = await Administrator.SubmitAsync(list, "Check", Filled(columns));
        Assert.True(answer.Headers.Location?.OriginalString == list, $"{answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancelled)}");
    }

    private static (string, string)[] Filled((string, string)[] columns) => [.. columns, ("newsletter", "this-week"), ("consent", NewsroomApp.Declared), ("declared", "true")];

    private Task<int> CountsAsync() => App.ReadAsync(async db => (await db.Imports.AsNoTracking().SingleAsync(Cancelled)).Counts.New);

    private Task<ListStage> StageAsync() => App.ReadAsync(db => db.UploadedLists.Select(l => l.Stage).SingleAsync(Cancelled));

    private async Task LeaveAsync(string email) => await App.PostFormAsync(await App.LeaveLinkAsync(email, "this-week"));
}
