using System.Globalization;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Subscribers.Imports;

public enum RowVerdict
{
    /// <summary>Gets the newsletter now.</summary>
    New,

    /// <summary>Gets it already, or was asked to confirm it and has not answered yet.</summary>
    Known,

    /// <summary>Left here, or elsewhere by what the file says. Remembered, so that no later file brings them back.</summary>
    LeftBefore,

    /// <summary>Bounced, complained, asked for no mail or was erased, here or elsewhere.</summary>
    Suppressed,

    /// <summary>The file itself says that this reader did not agree to this newsletter.</summary>
    NoConsent,

    /// <summary>Cannot be used as it stands.</summary>
    Bad,

    /// <summary>The address stands further up.</summary>
    Twice,
}

internal static class VerdictWords
{
    public static string Of(RowVerdict verdict) => verdict switch
    {
        RowVerdict.New => "new",
        RowVerdict.Known => "known",
        RowVerdict.LeftBefore => "left before",
        RowVerdict.Suppressed => "suppressed",
        RowVerdict.NoConsent => "no consent",
        RowVerdict.Bad => "bad",
        RowVerdict.Twice => "twice",
        _ => throw new InvalidOperationException($"Unknown verdict {verdict}."),
    };
}

/// <param name="Line">In the file, where the row begins; the header is in line 1.</param>
/// <param name="Address">As the file has it.</param>
/// <param name="Verdict">What became of the row.</param>
/// <param name="Reason">Why, in words for staff.</param>
public sealed record JudgedRow(int Line, string Address, RowVerdict Verdict, string Reason);

/// <summary>
/// The one rule who is brought in. Whoever left, bounced, complained, asked or was erased is never brought back, whatever a file says; a
/// file's own word against a reader is heeded, unless the reader has confirmed here after it.
/// </summary>
internal static class Verdicts
{
    /// <param name="row">With a good address.</param>
    /// <param name="reader">Whom the address belongs to here, with all subscriptions; null when nobody.</param>
    /// <param name="held">Why the address is on the suppression list; null when it is not.</param>
    /// <param name="newsletterId">The newsletter that the file is for.</param>
    public static (RowVerdict Verdict, string Reason) Of(FileRow row, Subscriber? reader, SuppressionReason? held, int newsletterId)
    {
        if (held is { } why)
            return (RowVerdict.Suppressed, $"Not to be mailed: {Words(why)}.");
        if (reader is { MayBeMailed: false })
            return (RowVerdict.Suppressed, $"Not to be mailed: {reader.Status.ToString().ToLowerInvariant()} here.");
        return row.Says switch
        {
            FileWord.Suppressed => Against(reader?.Subscriptions ?? [], row, RowVerdict.Suppressed),
            FileWord.Left => OfLeft(row, reader, newsletterId),
            FileWord.NoConsent => (RowVerdict.NoConsent, row.Because),
            FileWord.Unclear => (RowVerdict.Bad, row.Because),
            FileWord.Subscribed => OfSubscribed(reader, newsletterId),
            _ => throw new InvalidOperationException($"Unknown word {row.Says}."),
        };
    }

    private static (RowVerdict, string) OfSubscribed(Subscriber? reader, int newsletterId)
    {
        if (reader is null)
            return (RowVerdict.New, "");
        return reader.Subscriptions.Find(s => s.NewsletterId == newsletterId) switch
        {
            { State: SubscriptionState.Active } => (RowVerdict.Known, "Gets this newsletter already."),
            { State: SubscriptionState.Left, LeftAt: var at } => (RowVerdict.LeftBefore, $"Left this newsletter on {Day(at)}."),
            { State: SubscriptionState.Pending } => (RowVerdict.Known, "Was asked to confirm this newsletter and has not answered yet."),
            _ when reader.Status == SubscriberStatus.Left && !reader.Subscriptions.TrueForAll(OnlyAFileSaidSo) => (RowVerdict.LeftBefore, $"Left all newsletters on {Day(reader.LeftAt)}."),
            _ when reader.Status == SubscriberStatus.Pending => (RowVerdict.Known, "Was asked to confirm a sign-up and has not answered yet."),
            _ => (RowVerdict.New, ""),
        };
    }

    /// <summary>Left another newsletter before this program was there: that is no word about this one. Such a row was made in the moment it was left.</summary>
    private static bool OnlyAFileSaidSo(Subscription subscription) =>
        subscription is { State: SubscriptionState.Left, ConfirmedAt: null } && subscription.RequestedAt == subscription.LeftAt;

    private static (RowVerdict, string) OfLeft(FileRow row, Subscriber? reader, int newsletterId) =>
        reader?.Subscriptions.Find(s => s.NewsletterId == newsletterId) switch
        {
            { State: SubscriptionState.Left, LeftAt: var at } => (RowVerdict.LeftBefore, $"Left this newsletter on {Day(at)}."),
            { State: SubscriptionState.Pending } => (RowVerdict.Known, "Was asked to confirm this newsletter and has not answered yet."),
            { ImportId: null } own => Against([own], row, RowVerdict.LeftBefore),
            _ => (RowVerdict.LeftBefore, row.Because),
        };

    /// <summary>The later word counts, of what the file's would end; a file that does not say when has the earlier one.</summary>
    private static (RowVerdict, string) Against(IReadOnlyList<Subscription> ended, FileRow row, RowVerdict verdict)
    {
        var ownWordAt = ended.Where(s => s is { State: SubscriptionState.Active, ImportId: null }).Max(s => s.ConfirmedAt);
        return ownWordAt is { } at && !(row.SaidAt > at)
            ? (RowVerdict.Known, $"{row.Because[..^1]}, but this reader has confirmed here on {Day(at)}.")
            : (verdict, row.Because);
    }

    private static string Words(SuppressionReason reason) => reason switch
    {
        SuppressionReason.HardBounce => "the mailbox does not exist",
        SuppressionReason.Complaint => "called our mail spam",
        SuppressionReason.Request => "asked never to be written to",
        SuppressionReason.Erased => "had everything erased",
        _ => throw new InvalidOperationException($"Unknown reason {reason}."),
    };

    private static string Day(DateTimeOffset? at) => at?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "an unknown day";
}
