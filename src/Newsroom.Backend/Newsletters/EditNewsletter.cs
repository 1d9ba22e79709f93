using System.Data;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Newsletters;

/// <summary>What a newsletter is to be. All of it: what is left out is taken away.</summary>
/// <param name="Text">What may be said at its making too.</param>
/// <param name="IsDefault">See <see cref="Newsletter.IsDefault"/>.</param>
/// <param name="IsClosed">See <see cref="Newsletter.IsClosed"/>.</param>
/// <param name="Seen"><see cref="EditNewsletter.SeenOf"/> what the editor had before them; whoever saw something older is refused.</param>
public sealed record NewsletterEdit(NewsletterText Text, bool IsDefault, bool IsClosed, string? Seen);

public abstract record EditNewsletterOutcome
{
    private EditNewsletterOutcome()
    {
    }

    /// <param name="Newsletter">As it is now.</param>
    /// <param name="Before">What has changed, as it was; empty: nothing has.</param>
    /// <param name="After">The same, as it is.</param>
    public sealed record Edited(Newsletter Newsletter, string Before, string After) : EditNewsletterOutcome;

    public sealed record Invalid(NewsletterFault Fault) : EditNewsletterOutcome;

    /// <summary>Somebody else was faster; nothing was changed.</summary>
    public sealed record EditedMeanwhile(Newsletter Newsletter) : EditNewsletterOutcome;

    public sealed record NoSuchNewsletter : EditNewsletterOutcome;
}

/// <summary>Changes everything of a newsletter but its slug, to which links, the archive and mail programs' filters hold on.</summary>
public sealed class EditNewsletter(NewsroomDb db, TurnCadence turn, IOptions<SiteOptions> site, TimeProvider clock)
{
    public async Task<EditNewsletterOutcome> RunAsync(string slug, NewsletterEdit edit, CancellationToken cancellationToken)
    {
        if (NewsletterWishes.TryRead(edit.Text, site.Value.TimeZone, out var wishes) is { } fault)
            return new EditNewsletterOutcome.Invalid(fault);
        return await db.RetryingAsync(token => WriteAsync(slug, edit, wishes!, token), cancellationToken);
    }

    /// <summary>Looked at and changed as one: of two editors at once the second is told.</summary>
    private async Task<EditNewsletterOutcome> WriteAsync(string slug, NewsletterEdit edit, NewsletterWishes wishes, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, cancellationToken);
        if (await db.Newsletters.SingleOrDefaultAsync(n => n.Slug == slug, cancellationToken) is not { } newsletter)
            return new EditNewsletterOutcome.NoSuchNewsletter();
        if (edit.Seen != SeenOf(newsletter))
            return new EditNewsletterOutcome.EditedMeanwhile(newsletter);
        var (before, answersBefore) = (PartsOf(newsletter), newsletter.ReplyTo);
        if (!IsSameTime(newsletter.Cadence, wishes.Cadence))
            await turn.RunAsync(newsletter, wishes.Cadence, clock.GetUtcNow(), cancellationToken);
        if (newsletter.Cadence != wishes.Cadence)
            newsletter.Cadence = wishes.Cadence;
        wishes.GiveTo(newsletter);
        (newsletter.IsDefault, newsletter.IsClosed) = (edit.IsDefault, edit.IsClosed);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        var after = PartsOf(newsletter);
        // Whose address it is, the audit log does not say.
        string[] answers = newsletter.ReplyTo == answersBefore ? [] : ["where answers go: changed"];
        return new EditNewsletterOutcome.Edited(newsletter, string.Join("; ", before.Except(after)), string.Join("; ", after.Except(before).Concat(answers)));
    }

    /// <summary>A fingerprint of everything that can be edited, for the form to bring back.</summary>
    public static string SeenOf(Newsletter newsletter) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', PartsOf(newsletter).Append(newsletter.ReplyTo)))).AsSpan(0, 8));

    /// <summary>In words and without personal data, for the audit log and for who was too late: all but where answers go.</summary>
    public static IReadOnlyList<string> PartsOf(Newsletter newsletter) =>
    [
        $"name: {newsletter.Name}",
        newsletter.Cadence is { } c ? string.Create(CultureInfo.InvariantCulture, $"digests: {c.Days} {c.At:HH:mm} {c.TimeZone}, {(c.Approval ? "approved by somebody" : "by themselves")}") : "digests: by hand",
        $"lane: {newsletter.Lane.ToString().ToLowerInvariant()}",
        newsletter.IsDefault ? "for sign-ups that choose none: yes" : "for sign-ups that choose none: no",
        newsletter.IsClosed ? "new readers: none" : "new readers: welcome",
        $"sender: {newsletter.SenderName ?? "the newsletter's name"}",
        $"description: {newsletter.Description ?? "none"}",
    ];

    private static bool IsSameTime(Cadence? one, Cadence? other) => (one?.Days, one?.At, one?.TimeZone) == (other?.Days, other?.At, other?.TimeZone);
}
