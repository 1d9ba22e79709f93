using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Web.Details;

public abstract record ChangeDetailsOutcome
{
    private ChangeDetailsOutcome()
    {
    }

    /// <param name="Changes">What holds now and did not before; none when everything was so already.</param>
    public sealed record Saved(IReadOnlyList<DetailChange> Changes) : ChangeDetailsOutcome
    {
        /// <summary>For the audit log: how it was. Null where only addresses of mail changed.</summary>
        public string? Before => Joined(Changes.Where(c => !c.Setting.HoldsMailAddress).Select(c => $"{c.Setting.Key}: {c.Before}"));

        /// <summary>For the audit log: how it is. Of an address only that it changed.</summary>
        public string? After => Joined(Changes.Select(c => c.Setting.HoldsMailAddress ? $"{c.Setting.Key} changed" : $"{c.Setting.Key}: {c.After}"));

        private static string? Joined(IEnumerable<string> texts) => string.Join("; ", texts) is { Length: > 0 } text ? text : null;
    }

    /// <summary>Nothing was changed.</summary>
    /// <param name="Faults">By key, a sentence each.</param>
    public sealed record Invalid(IReadOnlyDictionary<string, string> Faults) : ChangeDetailsOutcome;
}

public sealed record DetailChange(StorableSetting Setting, string Before, string After);

/// <summary>
/// Stores the newsroom's details as a person gave them; they hold in this process when it returns. What an operator has set elsewhere stays as it is there,
/// and what is given as it holds already is not stored: a demo's name, looked at and left, does not become the newsroom's.
/// </summary>
public sealed class ChangeDetails(NewsroomDb db, StoredSettings stored, IEnumerable<StorableSetting> storable, TimeProvider clock)
{
    /// <summary>In the audit log.</summary>
    public const string Deed = "newsroom.details";

    /// <param name="given">By key. Null or absent: not asked for. Empty: what staff stored is taken away.</param>
    /// <param name="cancellationToken">Cancels before the save.</param>
    public async Task<ChangeDetailsOutcome> RunAsync(IReadOnlyDictionary<string, string?> given, CancellationToken cancellationToken)
    {
        var wanted = storable.Select(s => (Setting: s, Value: given.GetValueOrDefault(s.Key)?.Trim()!)).Where(w => w.Value is not null && IsNew(w.Setting.Key, w.Value)).ToList();
        var faults = wanted.Select(w => (w.Setting.Key, Fault: w.Setting.FaultOf(w.Value)!)).Where(w => w.Fault is not null).ToDictionary(w => w.Key, w => w.Fault, StringComparer.Ordinal);
        if (faults.Count > 0)
            return new ChangeDetailsOutcome.Invalid(faults);
        var before = wanted.ConvertAll(w => Shown(w.Setting));
        var now = clock.GetUtcNow();
        await db.RetryingAsync(token => SaveAsync(wanted, now, token), cancellationToken);
        // Saved: also for a browser that has gone away it must hold here at once.
        await stored.LoadAsync(CancellationToken.None);
        return new ChangeDetailsOutcome.Saved([.. wanted.Select((w, i) => new DetailChange(w.Setting, before[i], Shown(w.Setting))).Where(c => c.Before != c.After)]);
    }

    private bool IsNew(string key, string value) =>
        !stored.IsSetElsewhere(key) && (value != (stored.InForce(key) ?? "") || stored.Ignored.ContainsKey(key));

    private string Shown(StorableSetting setting) => stored.InForce(setting.Key) ?? setting.Default;

    private async Task<int> SaveAsync(List<(StorableSetting Setting, string Value)> wanted, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var (setting, value) in wanted)
        {
            var row = await db.StoredSettings.SingleOrDefaultAsync(s => s.Key == setting.Key, cancellationToken);
            if (value.Length == 0)
            {
                if (row is not null)
                    db.Remove(row);
            }
            else if (row is null)
                db.Add(new StoredSetting { Key = setting.Key, Value = value, ChangedAt = now });
            else
                (row.Value, row.ChangedAt) = (value, now);
        }
        return await db.SaveChangesAsync(cancellationToken);
    }
}
