using System.Collections.Concurrent;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Lets refusals count against their readers' addresses once it is clear that it is they who were refused. A relay that says the same to everybody from
/// the first means the newsroom (<see cref="SliceBrake"/>): what it said of those readers is never counted. Thread-safe.
/// </summary>
internal sealed class HeardRefusals(DeliveryWriter writer, HeedAnswer heed, SliceBrake brake, int digestId)
{
    private readonly ConcurrentQueue<Refusal> _doubtful = new();

    /// <param name="due">Whose.</param>
    /// <param name="answer">What the server said.</param>
    /// <param name="isFinal">See <see cref="HeedAnswer"/>.</param>
    /// <param name="at">When.</param>
    public Task HearAsync(DueDelivery due, HandOver answer, bool isFinal, DateTimeOffset at)
    {
        var refusal = new Refusal(due, answer, isFinal, at);
        if (!brake.IsInDoubt(due.Claim.Id))
            return CountAsync(refusal);
        _doubtful.Enqueue(refusal);
        return Task.CompletedTask;
    }

    /// <summary>When nothing more is heard. A crash before forgets a few refusals, which are met again.</summary>
    public async Task EndAsync()
    {
        while (_doubtful.TryDequeue(out var refusal))
            await CountAsync(refusal);
    }

    private async Task CountAsync(Refusal refusal)
    {
        var (due, answer, isFinal, at) = refusal;
        var subscriberId = due.Claim.Reader.SubscriberId;
        if (!brake.PutsBack(due.Claim, answer) && await heed.RunAsync(MailedId.Digest(digestId, subscriberId), due.Address, answer, isFinal, at))
            await writer.CommitAtLastAsync(db => RecordHardBounce.RunAsync(db, subscriberId, due.Address));
    }

    private sealed record Refusal(DueDelivery Due, HandOver Answer, bool IsFinal, DateTimeOffset At);
}
