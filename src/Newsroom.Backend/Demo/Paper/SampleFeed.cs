using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Xml;

namespace Newsroom.Backend.Demo.Paper;

/// <summary>A story that the site shows now.</summary>
public sealed record PublishedStory(SampleStory Story, DateTimeOffset At);

/// <summary>
/// The newspaper's site: which stories are out, and its feed as WordPress writes it. Until <see cref="Open"/> it offers the
/// old stories only, so that a first poll, which takes everything for known, leaves six to find. After that a new one comes every
/// hour and whenever <see cref="Publish"/> is pressed. Remembers itself in a file, so that a restart changes nothing.
/// </summary>
internal sealed class SampleFeed
{
    private const int Old = 18;
    private const int AtFirst = 24;
    private const int Offered = 30;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly string _url;
    private readonly string _file;
    private Memory _memory;

    private sealed record Memory(DateTimeOffset StartedAt, DateTimeOffset? OpenedAt, IReadOnlyList<DateTimeOffset> Pressed);

    /// <param name="time">Stories appear by it.</param>
    /// <param name="url">The program's own address.</param>
    /// <param name="file">The memory.</param>
    public SampleFeed(TimeProvider time, string url, string file)
    {
        (_time, _url, _file) = (time, url, file);
        _memory = File.Exists(file) ? JsonSerializer.Deserialize<Memory>(File.ReadAllText(file))! : new Memory(time.GetUtcNow(), null, []);
        Remember(_memory);
    }

    public bool IsOpen => _memory.OpenedAt is not null;

    public string Address(SampleStory story) => $"{_url}/dev/stories/{story.Slug}";

    public string Picture(SampleStory story) => $"{_url}/dev/pictures/{story.Slug}.svg";

    /// <summary>The site's newest stories come out.</summary>
    public void Open()
    {
        lock (_gate)
            Remember(_memory with { OpenedAt = _memory.OpenedAt ?? _time.GetUtcNow() });
    }

    /// <summary>One more story, now.</summary>
    public void Publish()
    {
        lock (_gate)
            Remember(_memory with { Pressed = [.. _memory.Pressed, _time.GetUtcNow()] });
    }

    /// <summary>All that is out, newest first.</summary>
    public IReadOnlyList<PublishedStory> Published()
    {
        var (startedAt, openedAt, pressed) = _memory;
        var dates = Enumerable.Range(0, Old).Select(i => startedAt.AddHours(-9 - 26.3 * (Old - i)));
        if (openedAt is { } opened)
        {
            var hours = (int)Math.Floor((_time.GetUtcNow() - opened).TotalHours);
            dates = dates.Concat(Enumerable.Range(0, AtFirst - Old).Select(i => startedAt.AddMinutes(-70 * (AtFirst - Old - i))))
                .Concat(Enumerable.Range(1, hours).Select(h => opened.AddHours(h)).Concat(pressed).Order());
        }
        return [.. dates.Select((at, number) => new PublishedStory(SampleStory.At(number, at), at)).Reverse()];
    }

    public PublishedStory? Find(string slug) => Published().FirstOrDefault(p => p.Story.Slug == slug);

    /// <summary>The feed and its ETag, which WordPress derives from the newest change.</summary>
    public (string Xml, string ETag, DateTimeOffset LastModified) Rss(string siteName)
    {
        var published = Published();
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true }))
            new RssWriter(xml, this, _url, siteName).Write([.. published.Take(Offered)]);
        var eTag = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(published[0].At.ToString("O", CultureInfo.InvariantCulture))))[..32];
        return ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + RssWriter.NumericEntities(text.ToString()), $"\"{eTag}\"", published[0].At);
    }

    private void Remember(Memory memory)
    {
        _memory = memory;
        File.WriteAllText(_file, JsonSerializer.Serialize(memory));
    }
}
