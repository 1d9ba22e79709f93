using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <summary>
/// Turns itself on when sign-ups come in as a flood from everywhere, and off after half an hour of quiet. While on, every sign-up has to
/// show a proof (<see cref="SignUpProof"/>). Counted in this process's memory; the open alert is the memory across restarts. With several
/// processes each counts for itself.
/// </summary>
public sealed class AttackMode(IServiceScopeFactory scopes, TimeProvider clock)
{
    /// <summary><see cref="Mail.Alerts.Alert.Kind"/> while it is on.</summary>
    public const string AlertKind = "sign-up.attack-mode";

    public const string AlertMessage =
        "Sign-ups come in as a flood from many networks. Each sign-up now needs one more press of a button, and doubtful ones are held; readers still get "
        + "through. You need not do anything: it ends by itself after 30 quiet minutes. Held sign-ups: GET /api/v1/signups/held.";

    /// <summary>Of sign-ups in the whole world.</summary>
    public static readonly Allowance Everybody = new(300, 60, TimeSpan.FromMinutes(1));

    /// <summary>
    /// So many networks over their limit within <see cref="Window"/> are an attack. Few enough that they meet it before their sign-ups have used up
    /// <see cref="Everybody"/>.
    /// </summary>
    public const int Networks = 8;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan Quiet = TimeSpan.FromMinutes(30);

    // While it goes on, the alert is looked after so often.
    private static readonly TimeSpan BetweenAlerts = TimeSpan.FromMinutes(1);

    private readonly AllowanceBook _everybody = new(Everybody);
    private readonly Dictionary<string, DateTimeOffset> _over = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private bool _isOn;
    private volatile bool _isLoaded;
    private DateTimeOffset _lastOverAt = DateTimeOffset.MinValue;
    private DateTimeOffset _alertDueAt = DateTimeOffset.MinValue;

    public bool IsOn(DateTimeOffset now)
    {
        lock (_gate)
        {
            if (_isOn && IsQuiet(now))
                _isOn = false;
            return _isOn;
        }
    }

    /// <summary>No limit was met for half an hour, and of everybody's less than half is used.</summary>
    public bool IsQuiet(DateTimeOffset now) => now - _lastOverAt >= Quiet && !_everybody.IsHalfUsed("", now);

    /// <summary>One more of everybody's. False: it is used up, and the mode is on.</summary>
    public bool Takes(DateTimeOffset now)
    {
        if (_everybody.Takes("", now))
            return true;
        lock (_gate)
            TurnOn(now);
        return false;
    }

    /// <summary>A limit was met.</summary>
    /// <param name="network">Whose; null: another one than a network's.</param>
    /// <param name="now">When.</param>
    public void NoteOver(string? network, DateTimeOffset now)
    {
        lock (_gate)
        {
            _lastOverAt = now;
            // Once on, who comes is of no interest any more: the list stays short.
            if (network is null || _isOn)
                return;
            _over[network] = now;
            if (_over.Count < Networks)
                return;
            foreach (var old in _over.Where(o => o.Value <= now - Window).ToList())
                _over.Remove(old.Key);
            if (_over.Count >= Networks)
                TurnOn(now);
        }
    }

    /// <summary>True for one caller now and then while it is on: that one raises the alert.</summary>
    public bool TakesAlertTurn(DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_isOn || now < _alertDueAt)
                return false;
            _alertDueAt = now + BetweenAlerts;
            return true;
        }
    }

    /// <summary>Before the first question: goes on where the last process stopped.</summary>
    public async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        if (_isLoaded)
            return;
        await using var scope = scopes.CreateAsyncScope();
        var wasOn = await scope.ServiceProvider.GetRequiredService<NewsroomDb>().Alerts.AnyAsync(a => a.OpenKind == AlertKind, cancellationToken);
        lock (_gate)
        {
            if (!_isLoaded && wasOn)
                TurnOn(clock.GetUtcNow());
            _isLoaded = true;
        }
    }

    private void TurnOn(DateTimeOffset now)
    {
        _lastOverAt = now;
        _isOn = true;
        _over.Clear();
    }
}
