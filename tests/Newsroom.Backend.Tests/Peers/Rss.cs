using System.Globalization;
using System.Security;

namespace Newsroom.Backend.Tests;

/// <summary>Feeds as WordPress writes them (wp-includes/feed-rss2.php).</summary>
internal static class Rss
{
    public static string Of(params IEnumerable<string> items) => $"""
        <?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
        	xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
        	xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/">
        <channel>
        	<title>The Test Gazette</title>
        	<link>https://gazette.example.org</link>
        	<description>Local news</description>
        	<language>en-US</language>
        	<generator>https://wordpress.org/?v=6.8.2</generator>
        {string.Join('\n', items)}
        </channel>
        </rss>
        """;

    /// <summary>Story <paramref name="n"/> with WordPress's guid; <paramref name="title"/> and <paramref name="extra"/> are XML as it stands.</summary>
    public static string Item(
        int n, string? title = null, string? link = null, string? guid = null, DateTimeOffset? published = null, string description = "Summary.", string extra = "") => $"""
        <item>
        	<title>{title ?? $"Story {n}"}</title>
        	<link>{SecurityElement.Escape(link ?? $"https://gazette.example.org/2026/11/story-{n}/")}</link>
        	<dc:creator><![CDATA[Ana Autor]]></dc:creator>
        	<pubDate>{(published ?? NewsroomApp.Start.AddHours(-2)).UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)} +0000</pubDate>
        	<category><![CDATA[The World]]></category>
        	<category><![CDATA[a tag]]></category>
        	<guid isPermaLink="false">{SecurityElement.Escape(guid ?? $"https://gazette.example.org/?p={n}")}</guid>
        	<description><![CDATA[{description}]]></description>
        	{extra}
        </item>
        """;

    public static string Stories(params IEnumerable<int> numbers) => Of(numbers.Select(n => Item(n)));
}
