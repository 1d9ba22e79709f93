using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Alerts;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff;

/// <summary>A digest with the instant at which it began, or will, and how many readers accepted it once it is over.</summary>
public sealed record DashboardDigest(string Id, string Subject, DateTimeOffset? At, int? Accepted);

/// <summary>Gifts of one currency: sums of two are never added.</summary>
public sealed record DashboardGifts(string Currency, string ThisMonth, string LastMonth);

public sealed record ChecklistItem(string What, string WhatToDo, bool IsDone);

public sealed record DashboardView(
    IReadOnlyList<Alert> Alerts, int Confirmed, int Pending, DashboardDigest? Last, DashboardDigest? Next, IReadOnlyList<DashboardGifts> Gifts, int ActivePlans,
    IReadOnlyList<ChecklistItem> Checklist);

/// <summary>The figures of the dashboard, each by an index of its own.</summary>
public sealed class ReadDashboard(NewsroomDb db, MailReadiness mail, IOptions<SiteOptions> site, IOptions<StripeOptions> stripe, TimeProvider clock)
{
    private const int MostAlerts = 20;

    public async Task<DashboardView> RunAsync(CancellationToken cancellationToken) => new(
        await db.Alerts.AsNoTracking().Where(a => a.OpenKind != null).OrderByDescending(a => a.Id).Take(MostAlerts).ToListAsync(cancellationToken),
        await db.Subscribers.CountAsync(s => s.Status == SubscriberStatus.Confirmed, cancellationToken),
        await db.Subscribers.CountAsync(s => s.Status == SubscriberStatus.Pending, cancellationToken),
        await db.Digests.Where(d => (d.Status == DigestStatus.Sent || d.Status == DigestStatus.Sending) && d.Rhythm == Rhythm.AsPublished).OrderByDescending(d => d.Id)
            .Select(d => new DashboardDigest(d.PublicId, d.Subject, d.StartedAt, d.AcceptedCount)).FirstOrDefaultAsync(cancellationToken),
        await db.Digests.Where(d => d.Status == DigestStatus.Scheduled).OrderBy(d => d.ScheduledAt)
            .Select(d => new DashboardDigest(d.PublicId, d.Subject, d.ScheduledAt, null)).FirstOrDefaultAsync(cancellationToken),
        await GiftsAsync(cancellationToken),
        await db.RecurringPlans.CountAsync(p => p.Status == PlanStatus.Active, cancellationToken),
        await ChecklistAsync(cancellationToken));

    /// <summary>Of this month, and of the month before to the same day and hour, in the newsroom's zone.</summary>
    private async Task<IReadOnlyList<DashboardGifts>> GiftsAsync(CancellationToken cancellationToken)
    {
        var (now, zone, culture) = (clock.GetUtcNow(), site.Value.Zone, site.Value.Culture);
        var today = TimeZoneInfo.ConvertTime(now, zone);
        var month = StartOf(new DateTime(today.Year, today.Month, 1), zone);
        var before = StartOf(new DateTime(today.Year, today.Month, 1).AddMonths(-1), zone);
        var until = before + (now - month);
        // Stripe's clock may be ahead of ours.
        var these = await SumsAsync(month, now.AddDays(1), cancellationToken);
        var those = await SumsAsync(before, until < month ? until : month, cancellationToken);
        return [.. these.Keys.Union(those.Keys).Order(StringComparer.Ordinal).Select(code =>
        {
            var currency = Currency.Parse(code);
            return new DashboardGifts(code, new Money(these.GetValueOrDefault(code), currency).Format(culture), new Money(those.GetValueOrDefault(code), currency).Format(culture));
        })];
    }

    private static DateTimeOffset StartOf(DateTime day, TimeZoneInfo zone) => new(day, zone.GetUtcOffset(day));

    /// <summary>What was given and not given back. With a live key tests and practice count for nothing; without one they are all there is.</summary>
    private Task<Dictionary<string, long>> SumsAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var isLive = stripe.Value.IsLive;
        return db.Donations
            .Where(d => d.LiveMode == isLive && d.PaidAt >= from && d.PaidAt < to)
            .GroupBy(d => d.CurrencyCode)
            .Select(g => new { g.Key, Sum = g.Sum(d => d.AmountMinor - d.RefundedMinor) })
            .ToDictionaryAsync(g => g.Key, g => g.Sum, cancellationToken);
    }

    private async Task<IReadOnlyList<ChecklistItem>> ChecklistAsync(CancellationToken cancellationToken) =>
    [
        new("The address readers reach", "Set Site:PublicUrl to the https address of this program, as your proxy shows it.", site.Value.PublicUrl.StartsWith("https:", StringComparison.OrdinalIgnoreCase)),
        new("Mail may go to lists", mail.MissingForLists ?? "", mail.MissingForLists is null),
        new("A feed was read", "Set Stories:Feeds:0:Url to your site's feed, or push stories by the API.", await db.Stories.AnyAsync(cancellationToken)),
        new("The form on your site was used", "Put the sign-up form on your site and sign yourself up.", await db.Consents.AnyAsync(cancellationToken)),
        new("Stripe is set and was heard", "Set Stripe:SecretKey and Stripe:WebhookSecret, then give yourself a small gift: the webhook shows up here.",
            stripe.Value.SecretKey.Length > 0 && await db.StripeEvents.AnyAsync(cancellationToken)),
        new("A second administrator", "Invite one under People: a lost phone must not lock the newsroom out.",
            await db.StaffMembers.CountAsync(m => m.Role == StaffRole.Administrator && m.IsEnrolled && m.DisabledAt == null, cancellationToken) > 1),
    ];
}
