using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers.Help;
using Newsroom.Backend.Subscribers.Preferences;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Subscribers.Privacy;

/// <param name="Id">Opaque.</param>
/// <param name="Address">As typed.</param>
/// <param name="Name">As given.</param>
/// <param name="Language">As chosen; null: the newsroom's own.</param>
/// <param name="PausedUntil">By the reader's wish.</param>
/// <param name="Status">Where the reader stands.</param>
/// <param name="CreatedAt">First sign-up.</param>
/// <param name="ConfirmedAt">Last confirmation.</param>
/// <param name="LeftAt">When the last newsletter was left.</param>
/// <param name="Newsletters">What was asked for.</param>
/// <param name="SignUps">Forms sent lately, confirmed or not.</param>
/// <param name="Consents">Every word agreed to; <c>docs/operating.md</c> says how to check the chain.</param>
/// <param name="ConsentChain">What checking it now gives.</param>
/// <param name="DataRequests">When a link to these data was asked for.</param>
public sealed record ReaderExport(
    string Id, string Address, string? Name, string? Language, DateTimeOffset? PausedUntil, SubscriberStatus Status, DateTimeOffset CreatedAt, DateTimeOffset? ConfirmedAt,
    DateTimeOffset? LeftAt, IReadOnlyList<SubscriptionExport> Newsletters, IReadOnlyList<SignUpExport> SignUps, IReadOnlyList<ConsentShape> Consents,
    ChainVerdict ConsentChain, IReadOnlyList<DateTimeOffset> DataRequests);

public sealed record SubscriptionExport(string Newsletter, SubscriptionState State, Rhythm Rhythm, DateTimeOffset RequestedAt, DateTimeOffset? ConfirmedAt, DateTimeOffset? LeftAt);

public sealed record SignUpExport(DateTimeOffset At, string? Name, DateTimeOffset? ConfirmedAt);

/// <summary>What makes a reader: address, name, choices, sign-ups, consents.</summary>
internal sealed class SubscriberPersonalData(NewsroomDb db, LinkTokens tokens, Announcements announcements) : IPersonalData
{
    public string Section => "reader";

    public async Task<PersonalSection?> ExportAsync(Person person, CancellationToken cancellationToken)
    {
        if (person.SubscriberId is not { } id)
            return null;
        var reader = await db.Subscribers.AsNoTracking().SingleAsync(s => s.Id == id, cancellationToken);
        var newsletters = await db.Subscriptions.Where(s => s.SubscriberId == id).OrderBy(s => s.Id)
            .Select(s => new { s.Newsletter.Name, Export = new SubscriptionExport(s.Newsletter.Slug, s.State, s.Rhythm, s.RequestedAt, s.ConfirmedAt, s.LeftAt) })
            .ToListAsync(cancellationToken);
        var signUps = await db.SignUpRequests.Where(r => r.SubscriberId == id).OrderBy(r => r.Id)
            .Select(r => new SignUpExport(r.RequestedAt, r.Name, r.ConfirmedAt)).ToListAsync(cancellationToken);
        var consents = await db.Consents.AsNoTracking().Where(c => c.SubscriberId == id).OrderBy(c => c.Id).ToListAsync(cancellationToken);
        var requests = await db.DataRequests.Where(r => r.SubscriberId == id).OrderBy(r => r.Id).Select(r => r.At).ToListAsync(cancellationToken);
        var export = new ReaderExport(
            reader.PublicId, reader.Address, reader.Name, reader.Language, reader.PausedUntil, reader.Status, reader.CreatedAt, reader.ConfirmedAt, reader.LeftAt,
            newsletters.ConvertAll(n => n.Export), signUps, consents.ConvertAll(ConsentShape.Of), ConsentChain.Verify(reader, consents), requests);
        return new PersonalSection(export, Words(export, newsletters.FindAll(n => n.Export.State == SubscriptionState.Active).ConvertAll(n => n.Name)), []);
    }

    public async Task EraseAsync(Person person, DateTimeOffset until, CancellationToken cancellationToken)
    {
        if (person.SubscriberId is not { } id)
            return;
        // The row first: whoever confirms, leaves or signs up at this moment is refused by its version, and decides anew.
        var reader = await db.Subscribers.Include(s => s.Subscriptions).SingleAsync(s => s.Id == id, cancellationToken);
        if (reader.Status != SubscriberStatus.Erased)
            await announcements.AddErasureAsync(db, reader, until, cancellationToken);
        reader.Erase(until);
        await db.SaveChangesAsync(cancellationToken);
        var requests = db.SignUpRequests.Where(r => r.SubscriberId == id).Select(r => r.Id);
        await OutgoingMailRows.ForgetAsync(db, [.. SignUpRequest.MailKinds, WelcomeComposer.MailKind], requests, until, cancellationToken);
        await OutgoingMailRows.ForgetAsync(db, [MyDataComposer.MailKind], db.DataRequests.Where(r => r.SubscriberId == id).Select(r => r.Id), until, cancellationToken);
        await OutgoingMailRows.ForgetAsync(db, [MailStateComposer.MailKind], db.MailStateRequests.Where(r => r.SubscriberId == id).Select(r => r.Id), until, cancellationToken);
        var asked = await AskHowMailStands.HashAsync(tokens, person.Address, cancellationToken);
        await db.MailStateRequests.Where(r => r.SubscriberId == id || (r.SubscriberId == null && r.AddressHash == asked)).ExecuteDeleteAsync(cancellationToken);
        await db.SignUpRequests.Where(r => r.SubscriberId == id).ExecuteDeleteAsync(cancellationToken);
        await db.DataRequests.Where(r => r.SubscriberId == id).ExecuteDeleteAsync(cancellationToken);
        await db.Consents.Where(c => c.SubscriberId == id).ExecuteDeleteAsync(cancellationToken);
    }

    public IAsyncEnumerable<string> AddressesAsync() => db.Subscribers.Where(s => s.Status != SubscriberStatus.Erased).Select(s => s.Address).AsAsyncEnumerable();

    private static List<string> Words(ReaderExport reader, List<string> active)
    {
        var words = new List<string> { reader.Name is null ? $"Your address, {reader.Address}." : $"Your address, {reader.Address}, and your name, {reader.Name}." };
        words.Add(active.Count == 0 ? "No newsletter that comes to you." : $"What comes to you: {string.Join(", ", active)}.");
        if (reader.Consents.Count > 0)
            words.Add(Count(reader.Consents.Count, "time you agreed to something or took it back", "times you agreed to something or took it back") + ", each with the exact sentence, the time and the page.");
        if (reader.SignUps.Count > 0)
            words.Add(Count(reader.SignUps.Count, "sign-up form", "sign-up forms") + " you sent.");
        return words;
    }

    private static string Count(int count, string one, string several) => count == 1 ? $"1 {one}" : $"{count} {several}";
}
