using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Digests;

/// <summary>What a hand-over's answer makes of its row.</summary>
public sealed record Settlement(DeliveryState State, int Attempts, DateTimeOffset? NextAttemptAt, int? Code, string? Answer, FaultOwner? Owner)
{
    // Two days in all: news is old by then (RFC 5321 §4.5.4.1 would give four to five for ordinary mail).
    private static readonly TimeSpan[] BackOff =
    [
        TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromHours(2), TimeSpan.FromHours(4),
        TimeSpan.FromHours(8), TimeSpan.FromHours(8), TimeSpan.FromHours(8), TimeSpan.FromHours(8), TimeSpan.FromHours(8),
    ];

    private static readonly TimeSpan WhenNobodyAnswered = TimeSpan.FromMinutes(1);

    /// <param name="answer">What the relay said.</param>
    /// <param name="attempts">How many times the server was asked for this row before.</param>
    /// <param name="now">The instant of the answer.</param>
    public static Settlement Of(HandOver answer, int attempts, DateTimeOffset now) => answer.Result switch
    {
        // No words: the relay's log finds the message by its Message-ID.
        HandOverResult.Accepted => new Settlement(DeliveryState.Accepted, attempts + 1, null, answer.Code, null, null),
        // RFC 5321 §4.2.1: a 5yz is not to be repeated. That it was the newsroom they refused, SliceBrake sees from several in a row.
        HandOverResult.Refused => Final(DeliveryState.Refused, answer, attempts + 1),
        HandOverResult.Later => attempts < BackOff.Length
            ? new Settlement(DeliveryState.Deferred, attempts + 1, now + Longer(BackOff[attempts], answer.RetryAfter), answer.Code, answer.Words, OwnerOf(answer))
            : Final(DeliveryState.Refused, answer, attempts + 1),
        // Nobody was asked, so no attempt is used up.
        HandOverResult.NotSent => new Settlement(DeliveryState.Deferred, attempts, now + WhenNobodyAnswered, answer.Code, answer.Words, OwnerOf(answer)),
        HandOverResult.Unknown => Final(DeliveryState.Uncertain, answer, attempts + 1),
        _ => throw new ArgumentOutOfRangeException(nameof(answer), answer.Result, null),
    };

    /// <summary>A pause that the server named is heard, as far as the schedule reaches.</summary>
    private static TimeSpan Longer(TimeSpan backOff, TimeSpan? asked) => asked > backOff ? (asked.Value < BackOff[^1] ? asked.Value : BackOff[^1]) : backOff;

    private static Settlement Final(DeliveryState state, HandOver answer, int attempts) => new(state, attempts, null, answer.Code, answer.Words, OwnerOf(answer));

    private static FaultOwner? OwnerOf(HandOver answer) => answer.Owner == FaultOwner.None ? null : answer.Owner;
}
