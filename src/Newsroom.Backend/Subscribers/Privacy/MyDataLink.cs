using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers.Privacy;

public abstract record MyDataLinkHolder
{
    private MyDataLinkHolder()
    {
    }

    /// <summary>Cut off, altered, or a link for something else.</summary>
    public sealed record Nobody : MyDataLinkHolder;

    public sealed record Expired : MyDataLinkHolder;

    /// <summary>Everything was erased since.</summary>
    public sealed record Erased : MyDataLinkHolder;

    public sealed record Reader(EmailAddress Address) : MyDataLinkHolder;
}

/// <summary>Opens the link of a <c>my-data</c> mail. Changes nothing.</summary>
public sealed class MyDataLink(NewsroomDb db, LinkTokens tokens, TimeProvider clock)
{
    public const string Purpose = "my-data";
    private const string Path = "/my-data/";

    /// <summary>The page of a link's token, whatever somebody made of that.</summary>
    public static string PathOf(string token) => Path + Uri.EscapeDataString(token);

    public async Task<MyDataLinkHolder> RunAsync(string token, CancellationToken cancellationToken)
    {
        if (await tokens.OpenUntilAsync(Purpose, token, clock.GetUtcNow(), cancellationToken) is not var (publicId, isExpired))
            return new MyDataLinkHolder.Nobody();
        var found = await db.Subscribers.Where(s => s.PublicId == publicId).Select(s => new { s.Address, s.Status }).SingleOrDefaultAsync(cancellationToken);
        if (found is null)
            return new MyDataLinkHolder.Nobody();
        if (found.Status == SubscriberStatus.Erased)
            return new MyDataLinkHolder.Erased();
        return isExpired ? new MyDataLinkHolder.Expired() : new MyDataLinkHolder.Reader(EmailAddress.Parse(found.Address));
    }
}
