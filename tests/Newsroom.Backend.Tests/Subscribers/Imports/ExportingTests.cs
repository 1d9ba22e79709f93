using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Subscribers.Imports;

namespace Newsroom.Backend.Tests.Subscribers.Imports;

public sealed class ExportingReaders
{
    [Theory]
    [InlineData("=1+1")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("@SUM(A1)")]
    [InlineData("＝1")]
    [InlineData("'=1")]
    [InlineData("a,\"b\" = c")]
    [InlineData("x;=HYPERLINK(1)")]
    [InlineData("x;'=1;-1;")]
    [InlineData("x;\"=1\"")]
    [InlineData("x;＝1")]
    [InlineData("x; 'y';z")]
    public async Task Writes_no_cell_that_a_spreadsheet_would_run(string name)
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.AddNewsletterAsync();
        await app.ImportAsync($"email,name\n+odd@example.org,\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\n=x@example.org,\"x\"\n");
        var csv = await app.ExportAsync();
        Assert.StartsWith("\uFEFFid,address,name,", csv, StringComparison.Ordinal);
        Assert.Contains("'+odd@example.org", csv, StringComparison.Ordinal);
        foreach (var line in csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1))
            Assert.DoesNotMatch("(^|,)\"?[=+\\-@\\t\\r＝]|[;\\t]\"*[=+\\-@＝]", line);

        await using var other = await NewsroomApp.StartAsync();
        await other.AddNewsletterAsync();
        var report = await other.ImportAsync(csv);
        Assert.Equal(("Newsroom", 2), (report.Format, report.Counts.New));
        Assert.Equal(name, (string?)(await other.SubscriberAsync("+odd@example.org"))!["name"]);
        Assert.Equal(csv.Split(',').Length, (await other.ExportAsync()).Split(',').Length);
    }

    [Fact]
    public async Task Gives_a_file_that_makes_the_same_lists_in_an_empty_database()
    {
        await using var app = await NewsroomApp.StartAsync();
        await PrepareAsync(app);
        await app.SubscribeAsync("both@example.org", "this-week", "breaking");
        await app.SubscribeAsync("one@example.org", "breaking");
        await app.SubscribeAsync("left@example.org", "this-week", "breaking");
        await app.PostFormAsync(await app.LeaveLinkAsync("left@example.org", "this-week"), ("List-Unsubscribe", "One-Click"));
        await app.SubscribeAsync("gone@example.org", "this-week");
        await app.PostFormAsync(await app.LeaveLinkAsync("gone@example.org", "this-week"), ("from", "page"), ("all", "yes"));
        await app.SignUpAsync("waits@example.org", "this-week");
        var csv = await app.ExportAsync();

        await using var other = await NewsroomApp.StartAsync();
        await PrepareAsync(other);
        var file = System.Text.Encoding.UTF8.GetBytes(csv);
        var week = Assert.IsType<ImportOutcome.Done>(await other.ImportBytesAsync(file)).Report;
        var breaking = Assert.IsType<ImportOutcome.Done>(await other.ImportBytesAsync(file, newsletter: "breaking")).Report;
        Assert.Equal(new RowCounts { New = 1, LeftBefore = 2, NoConsent = 2 }, week.Counts);
        Assert.Equal(3, breaking.Counts.New);
        foreach (var reader in new[] { "both@example.org", "one@example.org", "gone@example.org" })
        {
            Assert.Equal(await app.ActiveAsync(reader), await other.ActiveAsync(reader));
            Assert.Equal(await app.StatusAsync(reader), await other.StatusAsync(reader));
        }
        Assert.Null(await other.SubscriberAsync("waits@example.org"));
        Assert.Equal("breaking", await other.ActiveAsync("left@example.org"));
    }

    [Fact]
    public async Task Narrows_by_newsletter_and_status()
    {
        await using var app = await NewsroomApp.StartAsync();
        await PrepareAsync(app);
        await app.SubscribeAsync("week@example.org", "this-week");
        await app.SignUpAsync("break@example.org", "breaking");
        Assert.Equal((true, false), Has(await app.ExportAsync("this-week")));
        Assert.Equal((false, true), Has(await app.ExportAsync(status: SubscriberStatus.Pending)));
        Assert.Equal((false, false), Has(await app.ExportAsync("this-week", SubscriberStatus.Pending)));
    }

    private static (bool Week, bool Break) Has(string csv) =>
        (csv.Contains("week@example.org", StringComparison.Ordinal), csv.Contains("break@example.org", StringComparison.Ordinal));

    private static async Task PrepareAsync(NewsroomApp app)
    {
        await app.AddNewsletterAsync();
        await app.AddNewsletterAsync("breaking", "Breaking");
    }
}
