using FsCheck;
using FsCheck.Fluent;

namespace Newsroom.Backend.Tests.Stories;

public sealed class AnySequenceOfFeedPages
{
    private const int Runs = 40;

    /// <summary>Pages of (story, edition): reordered, repeated, edited, dropped and back again.</summary>
    [Fact]
    public async Task Gives_each_story_exactly_once_in_its_last_words()
    {
        await using var site = await FeedSite.StartAsync();
        await using var app = await NewsroomApp.ReadingAsync(site.Feed);
        site.Serves(Rss.Stories(1));
        await app.FetchOneAsync();
        var run = 0;
        var item = Gen.Choose(1, 6).Zip(Gen.Choose(1, 3), (story, edition) => (Story: story, Edition: edition));
        var pages = item.NonEmptyListOf().Select(l => l.Take(8).ToArray()).NonEmptyListOf().Select(l => l.Take(6).ToArray());
        await Task.Run(() => Prop.ForAll(pages.ToArbitrary(), sequence => Check(site, app, sequence, ++run * 1000).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Runs)), TestContext.Current.CancellationToken);
    }

    private static async Task<bool> Check(FeedSite site, NewsroomApp app, (int Story, int Edition)[][] pages, int offset)
    {
        var last = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var page in pages)
        {
            site.Serves(Rss.Of(page.Select(i => Rss.Item(offset + i.Story, title: Title(i), link: Link(i)))));
            await app.FetchOneAsync();
            // What stands above in a page is the newer version of a repeated item.
            foreach (var i in page.Reverse())
                last[$"{offset + i.Story}"] = Title(i);
        }
        var stories = (await app.StoriesAsync()).Where(s => s.Title.StartsWith($"{offset / 1000}:", StringComparison.Ordinal)).ToList();
        Assert.All(stories, s => Assert.False(s.SeenBefore));
        Assert.Equal(last.Values.Order(), stories.Select(s => s.Title).Order());
        return true;

        string Title((int Story, int Edition) i) => $"{offset / 1000}:{i.Story} edition {i.Edition}";
        // The link changes with the edition for every other story.
        string Link((int Story, int Edition) i) => $"https://gazette.example.org/{offset + i.Story}/{(i.Story % 2 == 0 ? i.Edition : 0)}";
    }
}
