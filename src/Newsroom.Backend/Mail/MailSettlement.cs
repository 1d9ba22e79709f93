namespace Newsroom.Backend.Mail;

/// <summary>What an attempt makes of an outgoing mail's row.</summary>
internal sealed record MailSettlement(OutgoingMailState State, int UsedAttempts, DateTimeOffset? NextAttemptAt, int? Code, string? Answer)
{
    // Two days in all. RFC 5321 §4.5.4.1 would give four to five, but a confirmation is worthless by then.
    private static readonly TimeSpan[] BackOff =
    [
        TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromHours(1), TimeSpan.FromHours(3),
        TimeSpan.FromHours(6), TimeSpan.FromHours(12), TimeSpan.FromHours(12), TimeSpan.FromHours(12),
    ];

    private static readonly TimeSpan WhenNobodyAnswered = TimeSpan.FromMinutes(1);

    public static MailSettlement Withheld(string why) => new(OutgoingMailState.Withheld, 0, null, null, why);

    /// <summary>It could not even be made: the next attempts may find the fault mended.</summary>
    public static MailSettlement NotComposed(Exception fault, int attempts, DateTimeOffset now) =>
        Again(attempts, now, null, $"It could not be composed: {fault.GetType().Name}. The log has the details.");

    /// <param name="answer">What the relay said.</param>
    /// <param name="attempts">Attempts used before this one.</param>
    /// <param name="now">The instant of the answer.</param>
    public static MailSettlement Of(HandOver answer, int attempts, DateTimeOffset now) => answer.Result switch
    {
        HandOverResult.Accepted => new(OutgoingMailState.Sent, 1, null, answer.Code, answer.Words),
        HandOverResult.Later => Again(attempts, now, answer.Code, answer.Words, answer.RetryAfter),
        // A refusal for policy or sign-in is the newsroom's own fault: once that is mended, the same message is taken.
        HandOverResult.Refused when answer.IsOurs => Again(attempts, now, answer.Code, answer.Words),
        HandOverResult.Refused => new(OutgoingMailState.Failed, 1, null, answer.Code, answer.Words),
        // The server was not asked, so no attempt is used up: nothing is lost while it is away, however long.
        HandOverResult.NotSent => new(OutgoingMailState.Waiting, 0, now + WhenNobodyAnswered, answer.Code, answer.Words),
        HandOverResult.Unknown => new(OutgoingMailState.Uncertain, 1, null, answer.Code, answer.Words),
        _ => throw new ArgumentOutOfRangeException(nameof(answer), answer.Result, null),
    };

    /// <summary>A pause that the server named is heard: to come before it uses up an attempt.</summary>
    private static MailSettlement Again(int attempts, DateTimeOffset now, int? code, string? words, TimeSpan? asked = null) => attempts < BackOff.Length
        ? new(OutgoingMailState.Waiting, 1, now + (asked > BackOff[attempts] ? asked.Value : BackOff[attempts]), code, words)
        : new(OutgoingMailState.Failed, 1, null, code, words);
}
