using System.Text.Json;
using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <content>What outlives a restart, so that yesterday's gifts can still be looked up.</content>
public sealed partial class PracticeStripe
{
    /// <summary>
    /// What Stripe does not tell: by session id the line, the metadata of what is to come, a bank debit under way; by refund id when it
    /// succeeds; by payout id the transactions it is made of.
    /// </summary>
    private JsonObject _asides = [];
    private bool _changed;

    private void Load()
    {
        if (Account.File is null || !File.Exists(Account.File) || Parse(File.ReadAllText(Account.File)) is not { } saved)
            return;
        _store.Load(saved["objects"]!.AsArray());
        _asides = saved["asides"]!.DeepClone().AsObject();
        _postings.AddRange(saved["postings"].Deserialize<List<Posting>>()!);
    }

    private void SaveChanges()
    {
        if (!_changed || Account.File is null)
            return;
        _changed = false;
        var saved = new JsonObject
        {
            ["objects"] = _store.Save(),
            ["asides"] = _asides.DeepClone(),
            ["postings"] = JsonSerializer.SerializeToNode(_postings),
        };
        // Written beside and moved over: a kill in between leaves the old file whole.
        File.WriteAllText(Account.File + ".new", PracticeStore.Wire(saved));
        File.Move(Account.File + ".new", Account.File, overwrite: true);
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
