using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers.Preferences;

namespace Newsroom.Backend.Subscribers.Privacy;

public abstract record MyDataLinkHolder
{
    private MyDataLinkHolder()
    {
    }

    /// <summary>Cut off, altered, or a link for something else.</summary>
    public sealed record Nobody : MyDataLinkHolder;

    /// <summary>Its time is over, or it was mailed to an address that is not the reader's now.</summary>
    public sealed record Expired : MyDataLinkHolder;

    /// <summary>Everything was erased since.</summary>
    public sealed record Erased : MyDataLinkHolder;

    /// <param name="Address">Which it was mailed to, and which the reader has.</param>
    /// <param name="Moved">Until when it does not erase; null: it does.</param>
    public sealed record Reader(EmailAddress Address, RecentMove? Moved) : MyDataLinkHolder;
}

/// <summary>
/// Opens the link of a <c>my-data</c> mail. Changes nothing. What the link signs names the address as well as the reader: who moved a reader to a
/// mailbox of his own and was found out keeps no link to the reader's data.
/// </summary>
public sealed class MyDataLink(NewsroomDb db, LinkTokens tokens, TimeProvider clock)
{
    public const string Purpose = "my-data";
    private const string Path = "/my-data/";

    /// <summary>The page of a link's token, whatever somebody made of that.</summary>
    public static string PathOf(string token) => Path + Uri.EscapeDataString(token);

    /// <returns>The token of a link that is mailed to the reader's present address.</returns>
    internal static async ValueTask<string> TokenAsync(LinkTokens tokens, Subscriber reader, DateTimeOffset expiresAt, CancellationToken cancellationToken) =>
        await tokens.SignUntilAsync(Purpose, $"{reader.PublicId}.{await HashAsync(tokens, reader.AddressKey, cancellationToken)}", expiresAt, cancellationToken);

    public async Task<MyDataLinkHolder> RunAsync(string token, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await tokens.OpenUntilAsync(Purpose, token, now, cancellationToken) is not var (subject, isExpired))
            return new MyDataLinkHolder.Nobody();
        // Of before addresses were signed: the reader's id alone.
        var (publicId, hash) = subject.Split('.') is [var id, var signed] ? (id, signed) : (subject, "");
        var found = await db.Subscribers.Where(s => s.PublicId == publicId).Select(s => new { s.Id, s.Address, s.AddressKey, s.Status }).SingleOrDefaultAsync(cancellationToken);
        if (found is null)
            return new MyDataLinkHolder.Nobody();
        if (found.Status == SubscriberStatus.Erased)
            return new MyDataLinkHolder.Erased();
        var own = await HashAsync(tokens, found.AddressKey, cancellationToken);
        if (isExpired || hash != own || await WasTakenBackAsync(found.Id, found.Address, found.AddressKey, cancellationToken))
            return new MyDataLinkHolder.Expired();
        var address = EmailAddress.Parse(found.Address);
        return new MyDataLinkHolder.Reader(address, await RecentMove.OfAsync(db, found.Id, address, now, cancellationToken));
    }

    /// <summary>
    /// The change to this address was, and the row stays there: the former address's owner had signed up anew, and that row took over the newsletters.
    /// </summary>
    private Task<bool> WasTakenBackAsync(long subscriberId, string address, string addressKey, CancellationToken cancellationToken)
    {
        var back = db.AddressChanges.Where(c => c.SubscriberId == subscriberId && c.DoneAt != null && c.UndoneAt != null && c.CarriedToId == null);
        return back.AnyAsync(c => c.NewAddressKey == addressKey && !back.Any(o => o.OldAddress == address), cancellationToken);
    }

    private static async ValueTask<string> HashAsync(LinkTokens tokens, string addressKey, CancellationToken cancellationToken) =>
        (await tokens.ForAsync("my-data-address", addressKey, cancellationToken)).Text;
}
