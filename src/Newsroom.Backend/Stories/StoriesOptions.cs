using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Stories;

/// <summary>Section <c>Stories</c>: where the newsroom's stories come from.</summary>
public sealed class StoriesOptions
{
    public const string Section = "Stories";
    public static readonly TimeSpan ShortestPoll = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan LongestPoll = TimeSpan.FromDays(1);

    public IList<FeedSource> Feeds { get; } = [];

    /// <summary>One minute to one day. WordPress shows its last ten stories: what comes and goes between two polls is never seen.</summary>
    public TimeSpan PollEvery { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>True lets feeds and stories be asked for at loopback and private addresses.</summary>
    public bool AllowPrivateNetworks { get; set; }

    /// <summary>False mails stories without a look at whether their pages are still there: for a site that answers programs 404.</summary>
    public bool CheckLinks { get; set; } = true;
}

/// <summary>One feed of <c>Stories:Feeds</c>.</summary>
public sealed class FeedSource
{
    /// <summary>Address of an RSS or Atom feed.</summary>
    public string Url { get; set; } = "";

    /// <summary>Slug of the one newsletter these stories are for; null: all of them.</summary>
    public string? Newsletter { get; set; }
}

internal sealed class StoriesOptionsRules : IValidateOptions<StoriesOptions>
{
    public ValidateOptionsResult Validate(string? name, StoriesOptions options)
    {
        var faults = new List<string>();
        if (options.PollEvery < StoriesOptions.ShortestPoll || options.PollEvery > StoriesOptions.LongestPoll)
            faults.Add($"Stories:PollEvery is {options.PollEvery}: give a time from 00:01:00 to 1.00:00:00, for example 00:15:00.");
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (feed, n) in options.Feeds.Select((f, n) => (f, n)))
        {
            if (feed.Url.Length > Feed.UrlLength || StoryLink.ReadHttp(feed.Url) is null)
                faults.Add($"Stories:Feeds:{n}:Url '{feed.Url}' is not an http(s) address: give one such as https://www.example.org/feed/.");
            else if (!known.Add(feed.Url))
                faults.Add($"Stories:Feeds:{n}:Url '{feed.Url}' stands there twice: name each feed once.");
        }
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
