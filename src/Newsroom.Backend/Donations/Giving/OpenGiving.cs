using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Donations.Giving;

public abstract record GivingHolder
{
    private GivingHolder()
    {
    }

    /// <summary>Cut off, altered, or a link for something else.</summary>
    public sealed record Nobody : GivingHolder;

    /// <param name="Address">Where a new one goes.</param>
    public sealed record Expired(string Address) : GivingHolder;

    /// <summary>Name and address were erased since.</summary>
    public sealed record Erased : GivingHolder;

    /// <param name="Address">The one the gifts were made with.</param>
    /// <param name="AddressKey">By which they are found.</param>
    public sealed record Known(string Address, string AddressKey) : GivingHolder;
}

/// <summary>Opens the mailed link to a donor's gifts. Changes nothing. The link is derived from the donor's id and an instant, and not stored.</summary>
public sealed class OpenGiving(NewsroomDb db, LinkTokens tokens, TimeProvider clock)
{
    public const string Path = "/giving";
    private const string Purpose = "giving";

    /// <summary>The page of a link's token, whatever somebody made of that.</summary>
    public static string PathOf(string token) => $"{Path}/{Uri.EscapeDataString(token)}";

    internal static ValueTask<string> TokenAsync(LinkTokens tokens, Donor donor, DateTimeOffset expiresAt, CancellationToken cancellationToken) =>
        tokens.SignUntilAsync(Purpose, donor.PublicId, expiresAt, cancellationToken);

    public async Task<GivingHolder> RunAsync(string token, CancellationToken cancellationToken)
    {
        if (await tokens.OpenUntilAsync(Purpose, token, clock.GetUtcNow(), cancellationToken) is not var (publicId, isExpired)
            || await db.Donors.Where(d => d.PublicId == publicId).Select(d => new { d.Address, d.AddressKey }).SingleOrDefaultAsync(cancellationToken) is not { } donor)
            return new GivingHolder.Nobody();
        if (DonorPersonalData.IsErased(donor.Address))
            return new GivingHolder.Erased();
        return isExpired ? new GivingHolder.Expired(donor.Address) : new GivingHolder.Known(donor.Address, donor.AddressKey);
    }
}
