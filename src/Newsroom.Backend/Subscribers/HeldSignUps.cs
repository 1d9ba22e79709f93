using System.Globalization;
using System.Numerics;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail.Alerts;

namespace Newsroom.Backend.Subscribers;

/// <param name="Count">How many wait.</param>
/// <param name="Oldest">Since when the first one does, UTC; null when none does.</param>
/// <param name="Networks">From how many networks they came, as far as their evidence still says so.</param>
public sealed record HeldShape(int Count, DateTimeOffset? Oldest, int Networks);

/// <summary>
/// Keeps staff informed of the sign-ups a flood keeps back: one alert, brought up to date as their number doubles, over when none is left.
/// </summary>
public sealed class HeldSignUps(IServiceScopeFactory scopes, AlertDesk alerts, AttackMode attack, TimeProvider clock)
{
    public const string AlertKind = "sign-up.flood";

    /// <summary>Held at a time: a flood must not fill the disk.</summary>
    public const int Most = 5000;

    /// <summary>Forms answered with a request for a proof within <see cref="AttackMode.Window"/> before staff hear of it; single ones are readers.</summary>
    public const int AskedToTell = 100;

    public static readonly TimeSpan WaitWhenFull = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private int _count = -1;
    private int _asked;
    private DateTimeOffset _askedSince;

    /// <summary>False: <see cref="Most"/> are held already.</summary>
    public async Task<bool> HasRoomAsync(CancellationToken cancellationToken)
    {
        // Counted in memory from the first question on; the minutely look puts it right for what other processes and the purge did.
        if (_count < 0)
            Interlocked.CompareExchange(ref _count, (await LookAsync(cancellationToken)).Count, -1);
        return _count < Most;
    }

    /// <summary>After one more was recorded.</summary>
    public async Task NoteAsync()
    {
        if (BitOperations.IsPow2(Interlocked.Increment(ref _count)))
            await TellAsync();
    }

    /// <summary>A form was answered with a request for a proof.</summary>
    public async Task NoteAskedAsync(DateTimeOffset now)
    {
        bool tell;
        lock (_gate)
        {
            if (now - _askedSince >= AttackMode.Window)
                (_asked, _askedSince) = (0, now);
            tell = ++_asked >= AskedToTell && _asked % AskedToTell == 0 && BitOperations.IsPow2(_asked / AskedToTell);
        }
        if (tell)
            await TellAsync();
    }

    /// <summary>Counts anew, and ends the alert when nothing is held and no flood is on.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var held = await LookAsync(cancellationToken);
        Interlocked.Exchange(ref _count, held.Count);
        if (held.Count == 0 && attack.IsQuiet(clock.GetUtcNow()))
            await alerts.ClearAsync(AlertKind, cancellationToken);
    }

    public async Task<HeldShape> LookAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NewsroomDb>();
        var held = db.SignUpRequests.Where(r => r.HeldAt != null);
        var count = await held.CountAsync(cancellationToken);
        if (count == 0)
            return new HeldShape(0, null, 0);
        var networks = await db.Consents.Where(c => c.NetworkHash != null && held.Any(r => r.SubscriberId == c.SubscriberId && r.RequestedAt == c.At))
            .Select(c => c.NetworkHash).Distinct().CountAsync(cancellationToken);
        return new HeldShape(count, await held.MinAsync(r => r.HeldAt, cancellationToken), networks);
    }

    /// <summary>Not cancelled: whoever floods us would only have to hang up at the right moment.</summary>
    private async Task TellAsync()
    {
        var held = await LookAsync(CancellationToken.None);
        var asked = _asked >= AskedToTell ? string.Create(CultureInfo.InvariantCulture, $" {_asked} forms had to show first that a person sends them.") : "";
        await alerts.RaiseAsync(AlertKind, string.Create(CultureInfo.InvariantCulture,
            $"Sign-ups come in as a flood. Held: {held.Count}, from networks: {held.Networks}; they are recorded and get no mail.{asked} Readers elsewhere notice nothing. ")
            + "Look: GET /api/v1/signups/held. If they are real: POST /api/v1/signups/held/release. If not: POST /api/v1/signups/held/discard, or leave them, and they are forgotten by themselves.",
            CancellationToken.None);
    }
}

/// <summary>Ends what ends by itself: attack mode after quiet, and the alert of held sign-ups once none is left.</summary>
public sealed class TendSignUps(AttackMode attack, HeldSignUps held, NewsroomDb db, AlertDesk alerts, TimeProvider clock)
{
    private static readonly string[] Kinds = [AttackMode.AlertKind, HeldSignUps.AlertKind];

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await attack.LoadAsync(cancellationToken);
        var open = await db.Alerts.Where(a => a.OpenKind != null && Kinds.Contains(a.OpenKind)).Select(a => a.Kind).ToListAsync(cancellationToken);
        if (open.Contains(AttackMode.AlertKind) && !attack.IsOn(clock.GetUtcNow()))
            await alerts.ClearAsync(AttackMode.AlertKind, cancellationToken);
        if (open.Contains(HeldSignUps.AlertKind))
            await held.RefreshAsync(cancellationToken);
    }
}
