using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <content>What outlives a restart, so that yesterday's gifts can still be looked up.</content>
public sealed partial class PracticeStripe
{
    private static readonly TimeSpan QuickSave = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// What Stripe does not tell: by session id the line, the metadata of what is to come, a bank debit under way; by refund id when it
    /// succeeds; by payout id the transactions it is made of; by plan id that its card is refused; by invoice id how often it was tried again.
    /// </summary>
    private JsonObject _asides = [];
    private bool _changed;
    private long _savedAt;
    private TimeSpan _savedIn;

    private void Load()
    {
        if (Account.File is null || !File.Exists(Account.File) || Parse(File.ReadAllText(Account.File)) is not { } saved)
            return;
        _asides = saved["asides"]!.DeepClone().AsObject();
        foreach (var item in saved["objects"]!.AsArray().OfType<JsonObject>())
            Remember(_store.Add(item.DeepClone().AsObject()));
        _inBalance.AddRange(_store.Of("balance_transaction"));
        foreach (var payout in _store.Of("payout").Select(p => PracticeStore.Text(p, "id")!))
            Carry(payout, [.. Transactions(_asides[payout]).Select(t => _store.Get("balance_transaction", t))]);
        _postings.AddRange(saved["postings"].Deserialize<List<Posting>>()!);
    }

    /// <summary>Writes what has changed, at the latest with the last call before the program ends; see <see cref="SaveChanges"/>.</summary>
    internal void Save()
    {
        lock (_gate)
        {
            _savedIn = TimeSpan.Zero;
            SaveChanges();
        }
    }

    /// <summary>At once; of a large account only as often as a tenth of the time goes into it.</summary>
    private void SaveChanges()
    {
        if (!_changed || Account.File is null || (_savedIn > QuickSave && Stopwatch.GetElapsedTime(_savedAt) < 9 * _savedIn))
            return;
        _changed = false;
        var began = Stopwatch.GetTimestamp();
        // Written beside and moved over: a kill in between leaves the old file whole.
        using (var file = File.Create(Account.File + ".new"))
        using (var writer = new Utf8JsonWriter(file))
            Write(writer);
        File.Move(Account.File + ".new", Account.File, overwrite: true);
        (_savedAt, _savedIn) = (Stopwatch.GetTimestamp(), Stopwatch.GetElapsedTime(began));
    }

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("objects");
        foreach (var made in _store.InOrder())
            made.WriteTo(writer);
        writer.WriteEndArray();
        writer.WritePropertyName("asides");
        _asides.WriteTo(writer);
        writer.WritePropertyName("postings");
        JsonSerializer.Serialize(writer, _postings);
        writer.WriteEndObject();
    }

    /// <summary>Null for a file somebody edited to pieces: practice starts anew.</summary>
    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
