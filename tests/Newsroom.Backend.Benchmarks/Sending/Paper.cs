namespace Newsroom.Backend.Benchmarks.Sending;

/// <summary>A digest of about 30 KiB on the wire. The same words each time: whoever else is measured sends them too.</summary>
internal static class Paper
{
    public const string Newsletter = "this-week";
    public const string Subject = "The harbour bridge reopens, and what the council did not say";

    private static readonly string[] Sentences =
    [
        "The council’s own figures, which the paper has seen, do not add up.",
        "Nobody on the quay had expected the vote to go this way.",
        "“We were told in March that the money was there,” said one of the engineers.",
        "Three of the seven members left before the count.",
        "The bridge carries eleven thousand people a day, most of them on foot.",
        "A spokesman said the contract would be published in full by the end of the month.",
        "Residents of the north bank have kept a list of every closure since 2019.",
        "What happens next depends on a court in another city.",
    ];

    /// <summary>In the order in which they are pushed. The last one pushed leads the digest.</summary>
    public static IReadOnlyList<PaperStory> Stories { get; } = [.. Enumerable.Range(1, 11).Select(Story)];

    private static PaperStory Story(int number)
    {
        var sentences = string.Join(' ', Enumerable.Range(number, 5).Select(i => Sentences[i % Sentences.Length]));
        return new PaperStory(
            $"https://www.example.org/2026/11/harbour-report-{number}-what-the-council-decided/",
            $"Harbour report {number}: what the council decided, and who pays for it",
            sentences, "Ada Writer and Bo Reporter", number % 3 == 0 ? "Opinion" : "Harbour");
    }
}

/// <summary>As <c>POST /api/v1/stories</c> takes it.</summary>
internal sealed record PaperStory(string Url, string Title, string Summary, string Author, string Section);
