using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Digests;

/// <param name="Newsletter">Slug.</param>
/// <param name="Number">Of the edition.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="State">What became of this reader's copy.</param>
/// <param name="HandedOverAt">When it was handed to the mail server.</param>
/// <param name="SettledAt">When that was known.</param>
/// <param name="Code">The mail server's code.</param>
/// <param name="Answer">The mail server's words.</param>
/// <param name="Returned">What came back afterwards: a bounce, or the reader's complaint.</param>
/// <param name="ReturnedAt">When.</param>
/// <param name="ReturnedStatus">The returning server's code (RFC 3463).</param>
public sealed record DeliveryExport(
    string Newsletter, int? Number, string Subject, DeliveryState State, DateTimeOffset? HandedOverAt, DateTimeOffset? SettledAt, int? Code, string? Answer,
    BounceKind? Returned, DateTimeOffset? ReturnedAt, string? ReturnedStatus);

/// <summary>Which newsletters went to a reader. Whether they were opened nobody knows here.</summary>
internal sealed class DigestPersonalData(NewsroomDb db) : IPersonalData
{
    public string Section => "newsletters";

    public async Task<PersonalSection?> ExportAsync(Person person, CancellationToken cancellationToken)
    {
        if (person.SubscriberId is not { } id)
            return null;
        var rows = await (
            from delivery in db.Deliveries
            join digest in db.Digests on delivery.DigestId equals digest.Id
            join newsletter in db.Newsletters on digest.NewsletterId equals newsletter.Id
            where delivery.SubscriberId == id
            orderby delivery.Id
            select new DeliveryExport(
                newsletter.Slug, digest.Number, digest.Subject, delivery.State, delivery.HandedOverAt, delivery.SettledAt, delivery.Code, delivery.Answer,
                delivery.Returned, delivery.ReturnedAt, delivery.ReturnedStatus)).ToListAsync(cancellationToken);
        if (rows.Count == 0)
            return null;
        var accepted = rows.Count(r => r.State == DeliveryState.Accepted);
        return new PersonalSection(
            rows,
            [$"{rows.Count} {(rows.Count == 1 ? "newsletter" : "newsletters")} that we sent or meant to send you; your mail server took {accepted}. "
                + "Whether you opened or clicked anything, we do not know."],
            ["That a newsletter went to somebody, without who it was: the figures stay true."]);
    }

    public Task EraseAsync(Person person, DateTimeOffset until, CancellationToken cancellationToken) =>
        db.Deliveries.Where(d => d.SubscriberId == person.SubscriberId && d.Answer != null)
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.Answer, (string?)null), cancellationToken);

    /// <summary>None: deliveries know their reader by key.</summary>
    public IAsyncEnumerable<string> AddressesAsync() => AsyncEnumerable.Empty<string>();
}
