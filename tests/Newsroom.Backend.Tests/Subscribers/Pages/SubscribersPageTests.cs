using System.Text.RegularExpressions;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Tests.Subscribers.Pages;

public sealed partial class TheListOfSubscribers : StaffTests
{
    [Fact]
    public async Task Says_what_to_do_while_nobody_has_subscribed() =>
        Assert.Contains("Nobody has subscribed yet.", await Administrator.ReadAsync("/staff/subscribers"), StringComparison.Ordinal);

    [Fact]
    public async Task Shows_address_name_status_and_newsletters_to_a_viewer()
    {
        await App.PostFormAsync("/subscribe", ("email", Ada), ("name", "Ada Lovelace"));
        await App.RunDueJobsAsync();
        var viewer = await App.MemberAsync(Administrator, StaffRole.Viewer);
        var page = await viewer.ReadAsync("/staff/subscribers");
        Assert.Contains(Ada, page, StringComparison.Ordinal);
        Assert.Contains("not confirmed", page, StringComparison.Ordinal);
        Assert.Contains("This Week (not confirmed)", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/staff/imports/export", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ada@example.org", "ada@example.org")]
    [InlineData("ADA@Example.Org", "ada@example.org")]
    [InlineData("ada@", "ada@example.org")]
    [InlineData("@other.example", "grace@other.example")]
    [InlineData("hopper", "grace@other.example")]
    [InlineData("HOPPER", "grace@other.example")]
    [InlineData("nobody", "")]
    [InlineData("%", "")]
    [InlineData("a_a", "")]
    public async Task Finds_by_a_whole_address_or_a_part_of_address_or_name(string text, string found)
    {
        await App.SubscribeAsync(Ada);
        await App.PostFormAsync("/subscribe", ("email", "grace@other.example"), ("name", "Grace Hopper"));
        await App.RunDueJobsAsync();
        await App.PostFormAsync((await App.ConfirmLinksAsync("grace@other.example"))[0]);
        Assert.Equal(found, string.Join(' ', Addresses(await Administrator.ReadAsync("/staff/subscribers?q=" + Uri.EscapeDataString(text)))));
    }

    [Fact]
    public async Task Filters_by_status_and_by_newsletter_and_by_both()
    {
        await App.AddNewsletterAsync("breaking", "Breaking");
        await App.SubscribeAsync(Ada, "this-week");
        await App.SubscribeAsync("grace@other.example", "breaking");
        await App.SignUpAsync("mary@other.example", "breaking");
        await App.BounceAsync(Ada);

        Assert.Equal(["mary@other.example", "grace@other.example", Ada], await ListAsync(""));
        Assert.Equal([Ada], await ListAsync("?status=bounced"));
        Assert.Equal(["mary@other.example", "grace@other.example"], await ListAsync("?newsletter=breaking"));
        Assert.Equal(["grace@other.example"], await ListAsync("?newsletter=breaking&status=confirmed"));
        Assert.Equal(["mary@other.example"], await ListAsync("?newsletter=breaking&status=pending"));
        Assert.Equal(["grace@other.example"], await ListAsync("?newsletter=breaking&status=confirmed&q=other"));
        Assert.Empty(await ListAsync("?newsletter=breaking&status=bounced"));
    }

    [Fact]
    public async Task Goes_through_all_of_them_page_by_page_and_back_to_the_newest()
    {
        await App.AddReadersAsync(120);
        var (seen, path) = (new List<string>(), (string?)"/staff/subscribers?newsletter=this-week");
        for (var pages = 0; path is not null && pages < 10; pages++)
        {
            var page = await Administrator.ReadAsync(path);
            seen.AddRange(Addresses(page));
            path = OlderLink().Match(page) is { Success: true } older ? older.Groups["v"].Value : null;
            Assert.Equal(pages > 0, page.Contains(">Newest<", StringComparison.Ordinal));
        }
        Assert.Equal(Enumerable.Range(1, 120).Reverse().Select(ConfirmedReaders.Address), seen);
    }

    [Fact]
    public async Task Says_when_a_search_finds_more_than_it_shows()
    {
        await App.AddReadersAsync(60);
        var page = await Administrator.ReadAsync("/staff/subscribers?q=readers.example");
        Assert.Equal(50, Addresses(page).Count);
        Assert.Contains("More readers fit than are shown.", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leaves_out_the_erased_unless_they_are_asked_for()
    {
        await App.SubscribeAsync(Ada);
        await App.EraseAsync(Ada);
        Assert.Empty(await ListAsync(""));
        Assert.Contains("erased.invalid", Assert.Single(await ListAsync("?status=erased")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Begins_anew_when_its_page_is_no_page() =>
        Assert.Equal("/staff/subscribers", (await Administrator.GetAsync("/staff/subscribers?after=nonsense")).Headers.Location!.OriginalString);

    private async Task<IReadOnlyList<string>> ListAsync(string query) => Addresses(await Administrator.ReadAsync("/staff/subscribers" + query));

    private static IReadOnlyList<string> Addresses(string page) => [.. Row().Matches(page).Select(m => m.Groups["v"].Value)];

    [GeneratedRegex("""<th scope="row"><a href="/staff/subscribers/[^"]+">(?<v>[^<]+)</a>""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();

    [GeneratedRegex("""href="(?<v>[^"]+)" rel="next">Older<""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OlderLink();
}
