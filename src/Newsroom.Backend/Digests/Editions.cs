using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Digests;

/// <summary>Renders digests: once for all readers, who differ only in their own links.</summary>
public sealed class Editions(NewsroomDb db, MailTemplates templates, MessageBuilder messages, ReaderLinks links, IOptions<SiteOptions> site, IOptions<StripeOptions> gifts, TimeProvider clock)
{
    public const string Template = "digest";

    public async Task<Edition> RenderAsync(int digestId, CancellationToken cancellationToken)
    {
        var digest = await db.Digests.AsNoTracking().Include(d => d.Stories).SingleAsync(d => d.Id == digestId, cancellationToken);
        var newsletter = await db.Newsletters.Where(n => n.Id == digest.NewsletterId)
            .Select(n => new { n.Slug, n.Name, n.Description, n.Lane, n.SenderName, n.ReplyTo })
            .SingleAsync(cancellationToken);
        var archive = $"/archive/{newsletter.Slug}";
        var archiveUrl = site.Value.Link(digest.Number is { } number ? FormattableString.Invariant($"{archive}/{number}") : archive);
        // As the archive's copy names it, so that a gift is counted for the edition wherever it was read.
        var source = digest.Number is { } edition ? FormattableString.Invariant($"{newsletter.Slug}-{edition}") : newsletter.Slug;
        var donateUrl = gifts.Value.IsConfigured ? site.Value.Link($"/donate?src={source}") : "";
        var model = DigestModel.Of(digest, newsletter.Name, newsletter.Description, archiveUrl, donateUrl, digest.StartedAt ?? clock.GetUtcNow(), site.Value);
        var rendered = await templates.RenderAsync(Template, model, cancellationToken);
        var listId = $"{newsletter.Name} <{newsletter.Slug}.{new Uri(site.Value.Link("/")).Host}>";
        return new Edition(messages, links, rendered, digest.Id, digest.PublicId, listId, newsletter.SenderName ?? newsletter.Name, archiveUrl)
        {
            Lane = newsletter.Lane,
            ReplyTo = newsletter.ReplyTo,
        };
    }
}

/// <summary>A digest as its readers get it, but for the places where each one's own links stand.</summary>
public sealed class Edition(
    MessageBuilder messages, ReaderLinks links, RenderedMail rendered, int digestId, string digestPublicId, string listId, string senderName, string archiveUrl)
{
    private readonly MailBody _body = MailBody.Of(rendered, $"=_{digestPublicId}", DigestModel.UnsubscribeMark, DigestModel.PreferencesMark);

    /// <summary>Whom it must not wait for.</summary>
    public required MailLane Lane { get; init; }

    /// <summary>Where readers' answers go; null: to the sender.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>What it looks like. The links that each reader has of their own lead nowhere.</summary>
    public RenderedMail Preview => rendered with { Html = WithoutOwnLinks(rendered.Html), Text = WithoutOwnLinks(rendered.Text) };

    /// <summary>The message for one reader: the same bytes for the same <paramref name="date"/>.</summary>
    public async ValueTask<BuiltMessage> BuildAsync(DigestReader reader, DateTimeOffset date, CancellationToken cancellationToken)
    {
        var leave = await links.UnsubscribeAsync(reader.SubscriptionPublicId, cancellationToken);
        var preferences = await links.PreferencesAsync(reader.SubscriberPublicId, cancellationToken);
        return await messages.BuildAsync(Parts(EmailAddress.Parse(reader.Address), reader.Name, rendered.Subject, leave, preferences, date) with
        {
            Mailed = MailedId.Digest(digestId, reader.SubscriberId),
        }, cancellationToken);
    }

    /// <summary>A look at it for somebody who is no reader. Its links to leave and to the preferences belong to nobody.</summary>
    public async ValueTask<BuiltMessage> BuildTestAsync(EmailAddress to, DateTimeOffset date, CancellationToken cancellationToken)
    {
        var leave = await links.UnsubscribeAsync(digestPublicId, cancellationToken);
        var preferences = await links.PreferencesAsync(digestPublicId, cancellationToken);
        return await messages.BuildAsync(Parts(to, null, $"[Test] {rendered.Subject}", leave, preferences, date) with
        {
            Mailed = MailedId.Test(digestId, date),
        }, cancellationToken);
    }

    private static string WithoutOwnLinks(string text) =>
        text.Replace(DigestModel.UnsubscribeMark, "#", StringComparison.Ordinal).Replace(DigestModel.PreferencesMark, "#", StringComparison.Ordinal);

    private MessageParts Parts(EmailAddress to, string? name, string subject, string leave, string preferences, DateTimeOffset date) => new()
    {
        To = to,
        ToName = name,
        Content = rendered with { Subject = subject },
        Body = (_body, [leave, preferences]),
        Date = date,
        Mailed = default,
        FromName = senderName,
        ReplyTo = ReplyTo,
        List = new ListHeaders(listId, leave, archiveUrl),
    };
}
