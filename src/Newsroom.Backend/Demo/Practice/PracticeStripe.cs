using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <summary>Where a practice account lives.</summary>
/// <param name="Url">Its own address, without a trailing slash: <c>Stripe:ApiBase</c>. Checkout pages stand under it.</param>
/// <param name="SecretKey">The only API key it takes.</param>
/// <param name="WebhookSecret">What webhooks are signed with.</param>
/// <param name="File">Where it remembers itself between two starts; null: nowhere.</param>
public sealed record PracticeAccount(string Url, string SecretKey, string WebhookSecret, string? File = null);

/// <summary>
/// A Stripe account in memory: its objects in Stripe's own JSON, what a donor does at the checkout, what time does to plans and bank
/// debits, and the events of all that, waiting for whoever delivers them: the demo posts them, a test in any order it likes.
/// Has no HTTP: <see cref="PracticeStripeApi"/> speaks for it. Thread-safe; everything handed out is a copy.
/// </summary>
public sealed partial class PracticeStripe
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly PracticeStore _store = new();
    private readonly long _openedAt;

    public PracticeStripe(TimeProvider time, PracticeAccount account)
    {
        _time = time;
        _openedAt = Seconds;
        Account = account;
        Load();
    }

    public PracticeAccount Account { get; }

    /// <summary>Answers that go wrong on purpose.</summary>
    public PracticeFaults Faults { get; } = new();

    /// <summary>True: answers hold ids in place of objects and leave out what can be done without; see <see cref="PracticeSpare"/>.</summary>
    public bool AnswersSparely { get; set; }

    /// <summary>Resources (<c>invoices</c>) this account answers 404 to, like a server that has only a part of Stripe's interface.</summary>
    public ISet<string> Lacks { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Where webhooks go, for who asks for the account's endpoints; null: there is none.</summary>
    public string? WebhookUrl { get; set; }

    /// <summary>What the endpoint says it wants to hear of. Events are raised and delivered all the same.</summary>
    public IReadOnlyList<string> WebhookEvents { get; set; } = ["*"];

    internal PracticeIdempotency Idempotency { get; } = new();

    /// <summary>An object with the ids on the given paths expanded (<c>payment_intent.latest_charge</c>).</summary>
    /// <exception cref="StripeErrorException">404: there is none.</exception>
    public JsonObject Get(string kind, string id, params IEnumerable<string> expand) => Act(() => _store.Expanded(_store.Get(kind, id), expand));

    /// <summary>All objects of a kind (<c>charge</c>, <c>checkout.session</c>), newest first.</summary>
    public IReadOnlyList<JsonObject> List(string kind, params IEnumerable<string> expand) => Newest(kind, int.MaxValue, _ => true, expand);

    /// <summary>The newest of a kind that are wanted, newest first.</summary>
    internal IReadOnlyList<JsonObject> Newest(string kind, int count, Func<JsonObject, bool> wanted, params IEnumerable<string> expand) =>
        Act(() => _store.Of(kind).Reverse().Where(wanted).Take(count).Select(o => _store.Expanded(o, expand)).ToList());

    /// <summary>One page of a list, as the API gives it.</summary>
    internal JsonObject Page(string kind, StripeParameters wanted, params string[] filters) => Act(() => PracticeLists.Page(
        _store, kind, wanted, filters, kind == "balance_transaction" && wanted.Text("payout") is { } payout ? MovementsOf(payout) : null));

    internal JsonObject ListEndpoints() => WireObjects.List("/v1/webhook_endpoints",
        WebhookUrl is null ? [] : [WireObjects.WebhookEndpoint(_openedAt, WebhookUrl, WebhookEvents)], hasMore: false);

    public JsonObject CreateCustomer(StripeParameters wanted) => Act(() =>
    {
        var customer = Add(WireObjects.Customer(Seconds, wanted.Text("email"), wanted.Text("name"), wanted.Metadata("metadata")));
        Raise("customer.created", customer);
        return Copy(customer);
    });

    private T Act<T>(Func<T> action, WebhookTravel? manner = null)
    {
        lock (_gate)
        {
            RunDueLocked();
            _manner = manner ?? WebhooksTravel;
            var first = _postings.Count;
            try
            {
                return action();
            }
            finally
            {
                Reorder(first);
                RunDueLocked();
                SaveChanges();
            }
        }
    }

    private JsonObject Add(JsonObject made)
    {
        _changed = true;
        _store.Add(made);
        Remember(made);
        return made;
    }

    private static JsonObject Copy(JsonObject made) => made.DeepClone().AsObject();
}
