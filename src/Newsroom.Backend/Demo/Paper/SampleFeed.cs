using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Xml;

namespace Newsroom.Backend.Demo.Paper;

/// <summary>A story that the site shows now.</summary>
public sealed record PublishedStory(SampleStory Story, DateTimeOffset At);

/// <summary>
/// The newspaper's site: which stories are out, and its feed as WordPress writes it. 24 are out at the first start; a new one comes
/// every hour and whenever <see cref="Publish"/> is pressed. Remembers itself in a file, so that a restart changes nothing.
/// </summary>
internal sealed class SampleFeed
{
    private const int Old = 18;
    private const int AtFirst = 24;
    private const int Offered = 30;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly string _site;
    private readonly string _file;
    private Memory _memory;

    private sealed record Memory(DateTimeOffset StartedAt, IReadOnlyList<DateTimeOffset> Pressed);

    /// <param name="time">Stories appear by it.</param>
    /// <param name="site">The program's own address.</param>
    /// <param name="file">The memory.</param>
    public SampleFeed(TimeProvider time, string site, string file)
    {
        (_time, _site, _file) = (time, site, file);
        _memory = File.Exists(file) ? JsonSerializer.Deserialize<Memory>(File.ReadAllText(file))! : new Memory(time.GetUtcNow(), []);
        Remember(_memory);
    }

    public string Url => _site + "/dev/feed.xml";

    public string Address(SampleStory story) => $"{_site}/dev/stories/{story.Slug}";

    public string Picture(SampleStory story) => $"{_site}/dev/pictures/{story.Slug}.svg";

    /// <summary>One more story, now.</summary>
    public void Publish()
    {
        lock (_gate)
            Remember(_memory with { Pressed = [.. _memory.Pressed, _time.GetUtcNow()] });
    }

    /// <summary>All that is out, newest first.</summary>
    public IReadOnlyList<PublishedStory> Published()
    {
        var (started, pressed) = _memory;
        var hours = (int)Math.Floor((_time.GetUtcNow() - started).TotalHours);
        return [.. Enumerable.Range(0, Old).Select(i => started.AddHours(-9 - 26.3 * (Old - i)))
            .Concat(Enumerable.Range(0, AtFirst - Old).Select(i => started.AddMinutes(-70 * (AtFirst - Old - i))))
            .Concat(Enumerable.Range(1, Math.Max(0, hours)).Select(h => started.AddHours(h)).Concat(pressed).Order())
            .Select((at, number) => new PublishedStory(SampleStory.At(number, at), at))
            .Reverse()];
    }

    public PublishedStory? Find(string slug) => Published().FirstOrDefault(p => p.Story.Slug == slug);

    /// <summary>The feed and its ETag, which WordPress derives from the newest change.</summary>
    /// <param name="siteName">The channel's title.</param>
    /// <param name="oldOnly">Without what came out last: the site as a newsroom finds it when it sets this program up.</param>
    public (string Xml, string ETag, DateTimeOffset LastModified) Rss(string siteName, bool oldOnly = false)
    {
        var offered = Published().Where(p => !oldOnly || p.Story.Number < Old).Take(Offered).ToList();
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true }))
            new RssWriter(xml, this, _site, siteName).Write(offered);
        var eTag = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(offered[0].At.ToString("O", CultureInfo.InvariantCulture))))[..32];
        return ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + RssWriter.NumericEntities(text.ToString()), $"\"{eTag}\"", offered[0].At);
    }

    private void Remember(Memory memory)
    {
        _memory = memory;
        File.WriteAllText(_file, JsonSerializer.Serialize(memory));
    }
}
