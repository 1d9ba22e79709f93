using System.Globalization;
using System.Reflection;

namespace Newsroom.Backend.Demo.Paper;

/// <summary>A story of the fictitious Harbour Gazette of Port Ellery.</summary>
/// <param name="Number">Counts from 0, oldest first; its WordPress post id is derived from it.</param>
/// <param name="Slug">In its address.</param>
/// <param name="Title">With real quotation marks.</param>
/// <param name="Author">Byline.</param>
/// <param name="Section">First category.</param>
/// <param name="Tags">Further categories.</param>
/// <param name="Picture">Motif and light, for <see cref="StoryPictures"/>.</param>
/// <param name="Excerpt">Two sentences.</param>
/// <param name="Paragraphs">The text.</param>
public sealed record SampleStory(
    int Number, string Slug, string Title, string Author, string Section, IReadOnlyList<string> Tags, string Picture, string Excerpt, IReadOnlyList<string> Paragraphs)
{
    private static readonly List<SampleStory> Written = Read();

    /// <summary>How many have been written by hand; the feed goes on with the harbour log for ever.</summary>
    public static int WrittenCount => Written.Count;

    public static SampleStory At(int number, DateTimeOffset publishedAt) => number < Written.Count ? Written[number] : HarbourLog(number, publishedAt);

    private static List<SampleStory> Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Demo.stories.txt")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split("\n---\n").Select(Parse)];
    }

    private static SampleStory Parse(string block, int number)
    {
        var lines = block.Trim().Split('\n');
        var head = lines.TakeWhile(l => l.Length > 0 && l.Split(": ", 2) is [var key, _] && !key.Contains(' ', StringComparison.Ordinal))
            .ToDictionary(l => l.Split(": ", 2)[0], l => l.Split(": ", 2)[1]);
        var text = lines.Skip(head.Count).Where(l => l.Length > 0).ToList();
        return new SampleStory(number, head["slug"], head["title"], head["by"], head["section"], head["tags"].Split(", "), head["picture"], text[0], text[1..]);
    }

    private static SampleStory HarbourLog(int number, DateTimeOffset at)
    {
        string[] arrivals =
        [
            "Two coasters in, one out", "A tall ship at anchor and a queue for ice", "Fog until ten, then everybody at once",
            "The dredger is back, and so are the gulls",
        ];
        string[] asides =
        [
            "The lamp on the east mole is lit again.", "Somebody has returned the boathook.", "The kettle is mended.", "The seal has been seen.",
        ];
        var (arrival, aside) = (arrivals[number % arrivals.Length], asides[number / 2 % asides.Length]);
        var hour = at.ToString("dddd HH:mm", CultureInfo.InvariantCulture);
        return new SampleStory(number, $"harbour-log-{number}", $"Harbour log, {hour}: {arrival.ToLowerInvariant()}", "The harbour office", "Harbour",
            ["Harbour log"], "harbour day", $"{arrival}. {aside}", ["The log is kept by whoever is on watch and printed here as it stands.", aside]);
    }
}
