namespace Newsroom.Backend.Mail.Bounces;

/// <summary>One message that came back: read, stored, applied. Whatever way it came, twice is once.</summary>
public sealed class TakeReport(TakeVerdicts take)
{
    /// <summary>Reports return a mail's headers, or the mail; more is not one.</summary>
    public const int Largest = 1024 * 1024;

    /// <param name="source">The way it came.</param>
    /// <param name="message">RFC 5322, as it arrived; at most <see cref="Largest"/>.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    public Task<IReadOnlyList<TakenVerdict>> RunAsync(ReportSource source, ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        take.RunAsync(new IncomingReport(source, IncomingReport.HashOf(message.Span), ReportReader.Read(message), message), cancellationToken);
}
