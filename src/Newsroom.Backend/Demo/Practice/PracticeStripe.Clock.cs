using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <content>What time brings by itself.</content>
public sealed partial class PracticeStripe
{
    /// <summary>Ids by when something is to happen to them, in Unix seconds. An entry may have been overtaken, so what is due is looked at again.</summary>
    private readonly PriorityQueue<string, (long At, long Order)> _due = new();
    private long _reminders;

    /// <summary>How far this account's clock runs ahead of the real one.</summary>
    public TimeSpan Ahead { get; private set; }

    private DateTimeOffset Now => _time.GetUtcNow() + Ahead;

    private long Seconds => Now.ToUnixTimeSeconds();

    /// <summary>
    /// Moves this account's clock: sessions expire, bank debits and refunds arrive, money becomes available, unpaid invoices are tried again; plans renew only
    /// by <see cref="Renew(string, bool)"/>.
    /// </summary>
    public void Advance(TimeSpan time) => Act(() => Ahead += time);

    /// <summary>Does what has become due. Every other call does so too.</summary>
    public void RunDue() => Act(() => Ahead);

    private void RunDueLocked()
    {
        _manner = WebhooksTravel;
        var first = _postings.Count;
        while (_due.TryPeek(out var id, out var when) && when.At <= Seconds)
        {
            _due.Dequeue();
            if (_store.Find(id) is { } due)
                ComesDue(due);
        }
        Reorder(first);
    }

    private void ComesDue(JsonObject due)
    {
        if (TimeOf(due) is not { } at || at > Seconds)
            return;
        _changed = true;
        switch (PracticeStore.Text(due, "object"))
        {
            case "checkout.session" when PracticeStore.Text(due, "status") == "open":
                Expire(due);
                break;
            case "checkout.session":
                SettleDebit(due);
                break;
            case "refund":
                SettleRefund(due);
                break;
            case "balance_transaction":
                due["status"] = "available";
                break;
            case "invoice":
                TryAgain(due, at);
                break;
            case "subscription":
                EndPause(due);
                break;
        }
    }

    /// <summary>When something happens to an object by itself; null: nothing will.</summary>
    private long? TimeOf(JsonObject made)
    {
        var id = PracticeStore.Text(made, "id")!;
        return PracticeStore.Text(made, "object") switch
        {
            "checkout.session" when PracticeStore.Text(made, "status") == "open" => PracticeStore.Time(made, "expires_at"),
            "checkout.session" => PracticeStore.Time(_asides[id], "debit_due"),
            "refund" => PracticeStore.Time(_asides[id], "refund_due"),
            "balance_transaction" when PracticeStore.Text(made, "status") == "pending" => PracticeStore.Time(made, "available_on"),
            "invoice" when PracticeStore.Text(made, "status") == "open" => PracticeStore.Time(made, "next_payment_attempt"),
            "subscription" when PracticeStore.Text(made, "status") != "canceled" => PracticeStore.Time(made["pause_collection"], "resumes_at"),
            _ => null,
        };
    }

    private void Remember(JsonObject made)
    {
        if (TimeOf(made) is { } at)
            _due.Enqueue(PracticeStore.Text(made, "id")!, (at, _reminders++));
    }
}
