using Newsroom.Backend.Newsletters;

namespace Newsroom.Backend.Subscribers.Imports;

/// <summary>What an import writes into a reader's chain of consents.</summary>
internal static class ImportConsent
{
    /// <summary>A word or two prove nothing: it takes a sentence to say what people agreed to, and where.</summary>
    public const int ShortestText = 20;
    public const int LongestText = 1000;

    private static readonly ConsentWording LeftElsewhere = new("import-left-1", "The file this reader came with says that they had left.");
    private static readonly ConsentWording TakenBack = new("import-undone-1", "The newsroom took the import back that had added this newsletter.");

    /// <returns>What to say instead; null when it is enough.</returns>
    public static string? FaultOf(string? text) => (text?.Trim().Length ?? 0) is >= ShortestText and <= LongestText ? null
        : $"Say in {ShortestText} to {LongestText} characters what these readers agreed to and where, for example \"Signed up at example.org/news: 'Send me the weekly newsletter.'\" It is kept with every reader.";

    public static Consent Given(Subscriber reader, Newsletter newsletter, string text, string source, DateTimeOffset at) =>
        Consent.Append(reader, ConsentEvent.Confirmed, [newsletter], new ConsentWording("import", text), ConsentMethod.Import, new ConsentPlace(source), at);

    public static Consent Withdrawn(Subscriber reader, Newsletter newsletter, string source, DateTimeOffset at) =>
        Consent.Append(reader, ConsentEvent.Withdrawn, [newsletter], LeftElsewhere, ConsentMethod.Import, new ConsentPlace(source), at);

    public static Consent Undone(Subscriber reader, Newsletter newsletter, string source, DateTimeOffset at) =>
        Consent.Append(reader, ConsentEvent.Withdrawn, [newsletter], TakenBack, ConsentMethod.Import, new ConsentPlace(source), at);

    /// <summary>The batch and its file: where the newsroom's word for a consent can be looked up.</summary>
    public static string SourceOf(Import import) => $"{import.PublicId} {import.FileName}";
}
