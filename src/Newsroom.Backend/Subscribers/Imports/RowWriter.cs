using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Newsletters;

namespace Newsroom.Backend.Subscribers.Imports;

/// <summary>What follows from a row's verdict for the reader. The caller saves. With a rhythm of their own, readers begin after the newest story, not with the whole archive.</summary>
internal sealed class RowWriter(NewReaders added, LinkTokens tokens, Newsletter newsletter, Import import, long? newestStoryId, DateTimeOffset now)
{
    private readonly string _source = ImportConsent.SourceOf(import);

    /// <returns>The reader when there is one now; null when nothing was written.</returns>
    public async ValueTask<Subscriber?> WriteAsync(FileRow row, RowVerdict verdict, Subscriber? reader, CancellationToken cancellationToken) => verdict switch
    {
        RowVerdict.New => await BringInAsync(row, reader ?? Add(row), cancellationToken),
        RowVerdict.LeftBefore when row.Says == FileWord.Left => await RememberLeftAsync(row, reader ?? Add(row), cancellationToken),
        RowVerdict.Suppressed when row.Says == FileWord.Suppressed && reader is not null => Bar(row, reader),
        _ => null,
    };

    private async Task<Subscriber> BringInAsync(FileRow row, Subscriber reader, CancellationToken cancellationToken)
    {
        var at = row.ConsentedAt ?? now;
        var subscription = await Subscription.NewAsync(newsletter, tokens, at, cancellationToken);
        subscription.Activate(at);
        subscription.ImportId = import.Id;
        subscription.Rhythm = row.Rhythm;
        subscription.StoriesThroughId = row.Rhythm == Rhythm.AsPublished ? null : newestStoryId ?? 0;
        reader.Subscriptions.Add(subscription);
        if (reader.Status == SubscriberStatus.Confirmed)
            reader.Touch();
        else
            reader.Confirm(at);
        added.Add(ImportConsent.Given(reader, newsletter, import.ConsentText, _source, at));
        return reader;
    }

    /// <summary>So that no later file brings them back.</summary>
    private async Task<Subscriber> RememberLeftAsync(FileRow row, Subscriber reader, CancellationToken cancellationToken)
    {
        var subscription = reader.Subscriptions.Find(s => s.NewsletterId == newsletter.Id);
        if (subscription is { State: SubscriptionState.Left })
            return reader;
        var at = row.SaidAt ?? now;
        if (subscription is null)
            reader.Subscriptions.Add(subscription = await Subscription.NewAsync(newsletter, tokens, at, cancellationToken));
        subscription.Leave(at);
        reader.LeaveIfNothingIsLeft(at);
        added.Add(ImportConsent.Withdrawn(reader, newsletter, _source, at));
        return reader;
    }

    private static Subscriber Bar(FileRow row, Subscriber reader)
    {
        if (reader.Status is not (SubscriberStatus.Pending or SubscriberStatus.Confirmed))
            return reader;
        reader.Status = row.Evidence switch
        {
            SuppressionReason.HardBounce => SubscriberStatus.Bounced,
            SuppressionReason.Complaint => SubscriberStatus.Complained,
            _ => SubscriberStatus.Suppressed,
        };
        reader.Touch();
        return reader;
    }

    private Subscriber Add(FileRow row) => added.Add(new Subscriber
    {
        Address = row.Address.Value,
        AddressKey = row.Address.Key,
        Name = row.Name,
        Language = row.Language,
        PausedUntil = row.PausedUntil,
        CreatedAt = now,
    });
}
