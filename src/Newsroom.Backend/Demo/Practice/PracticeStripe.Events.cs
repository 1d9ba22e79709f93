using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <summary>How the webhooks of one action reach the newsroom.</summary>
public enum WebhookTravel
{
    AtOnce,

    /// <summary>Half a minute after the donor is back on the site.</summary>
    Late,

    /// <summary>Every event twice, as Stripe reserves the right to.</summary>
    Twice,

    /// <summary>The last event first.</summary>
    Backwards,

    /// <summary>In any order.</summary>
    Shuffled,

    /// <summary>Never: Stripe only lists them as not delivered.</summary>
    Lost,
}

/// <param name="Id">Stripe's event id.</param>
/// <param name="Type">For example <c>charge.succeeded</c>.</param>
/// <param name="Json">The webhook's body, byte for byte.</param>
public sealed record PracticeEvent(string Id, string Type, string Json);

/// <content>Events, and their way to the newsroom.</content>
public sealed partial class PracticeStripe
{
    /// <summary>How late <see cref="WebhookTravel.Late"/> is.</summary>
    public static readonly TimeSpan LateBy = TimeSpan.FromSeconds(30);
    private const int EventsKept = 1000;

    /// <summary>As far back as Stripe lists events (https://docs.stripe.com/api/events/list).</summary>
    private const long EventsReach = 30 * DayInSeconds;
    private const int LastAttempt = 12;

    private readonly List<Posting> _postings = [];
    private WebhookTravel _manner;

    private sealed record Posting(PracticeEvent Event, DateTimeOffset DueAt, int Attempt);

    /// <summary>How webhooks travel when the action itself says nothing else.</summary>
    public WebhookTravel WebhooksTravel { get; set; }

    /// <summary>Takes the events that are due for delivery, in the order Stripe raised them; a test delivers them as it likes, or never.</summary>
    public IReadOnlyList<PracticeEvent> TakeEvents() => [.. TakePostings().Select(p => p.Event)];

    /// <summary>The <c>Stripe-Signature</c> header of a body (https://docs.stripe.com/webhooks#verify-manually).</summary>
    /// <param name="json">The body that will be posted.</param>
    /// <param name="at">The receiver refuses what is more than five minutes from its own clock.</param>
    public string Sign(string json, DateTimeOffset at)
    {
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Account.WebhookSecret), Encoding.UTF8.GetBytes($"{timestamp}.{json}"));
        return $"t={timestamp},v1={Convert.ToHexStringLower(mac)}";
    }

    /// <summary>Posts what is due with <paramref name="post"/>; what was not taken (anything but 2xx) waits longer each time, as at Stripe.</summary>
    internal async Task DeliverDueAsync(Func<PracticeEvent, Task<bool>> post)
    {
        while (TakePostings(atMost: 1) is [var posting])
        {
            var taken = false;
            try
            {
                taken = await post(posting.Event);
            }
            finally
            {
                Settle(posting, taken);
            }
        }
    }

    private void Settle(Posting posting, bool taken) => Act(() =>
    {
        if (taken && _store.Find(posting.Event.Id) is { } raised)
            raised["pending_webhooks"] = 0L;
        else if (!taken && posting.Attempt < LastAttempt)
            _postings.Add(posting with { Attempt = posting.Attempt + 1, DueAt = _time.GetUtcNow().AddSeconds(5 << posting.Attempt) });
        return _changed = true;
    });

    private List<Posting> TakePostings(int atMost = int.MaxValue) => Act(() =>
    {
        var now = _time.GetUtcNow();
        var due = _postings.Where(p => p.DueAt <= now).Take(atMost).ToList();
        if (due.Count == _postings.Count)
            _postings.Clear();
        else
            due.ForEach(p => _postings.Remove(p));
        _changed |= due.Count > 0;
        return due;
    });

    private void Raise(string type, JsonObject about, JsonObject? before = null)
    {
        var raised = Add(WireObjects.Event(Seconds, type, about, before));
        _store.KeepEvents(EventsKept, Seconds - EventsReach);
        if (_manner == WebhookTravel.Lost)
            return;
        var posting = new Posting(new PracticeEvent(PracticeStore.Text(raised, "id")!, type, PracticeStore.Wire(raised)),
            _time.GetUtcNow() + (_manner == WebhookTravel.Late ? LateBy : TimeSpan.Zero), Attempt: 0);
        _postings.AddRange(Enumerable.Repeat(posting, _manner == WebhookTravel.Twice ? 2 : 1));
    }

    /// <summary>Of one action's events, the last in the list.</summary>
    private void Reorder(int first)
    {
        if (_postings.Count <= first + 1)
            return;
        if (_manner == WebhookTravel.Backwards)
            _postings.Reverse(first, _postings.Count - first);
        else if (_manner == WebhookTravel.Shuffled)
            Random.Shared.Shuffle(CollectionsMarshal.AsSpan(_postings)[first..]);
    }
}
