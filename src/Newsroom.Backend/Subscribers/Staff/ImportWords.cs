using Newsroom.Backend.Subscribers.Imports;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Subscribers.Staff;

/// <summary>What staff read about lists that are brought in.</summary>
internal static class ImportWords
{
    public static string Of(ImportState state) => state switch
    {
        ImportState.Running => "being brought in",
        ImportState.Done => "brought in",
        ImportState.Stopped => "stopped",
        ImportState.Undone => "taken back",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "No such state."),
    };

    public static Tone ToneOf(ImportState state) => state switch
    {
        ImportState.Running => Tone.Busy,
        ImportState.Done => Tone.Good,
        ImportState.Stopped => Tone.Warn,
        _ => Tone.Neutral,
    };

    public static string Of(ListStage stage) => stage switch
    {
        ListStage.Uploaded => "say what its columns are",
        ListStage.Checking => "being checked",
        ListStage.Checked => "checked: decide",
        ListStage.Importing => "being brought in",
        ListStage.Imported => "brought in",
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "No such stage."),
    };

    public static Tone ToneOf(ListStage stage) => stage is ListStage.Checking or ListStage.Importing ? Tone.Busy : stage == ListStage.Imported ? Tone.Good : Tone.Warn;

    public static string Of(ImportField field) => field switch
    {
        ImportField.Email => "Email address",
        ImportField.Name => "Whole name",
        ImportField.FirstName => "First name",
        ImportField.LastName => "Last name",
        ImportField.ConsentedAt => "When they agreed",
        ImportField.Status => "Status: subscribed, left, bounced …",
        ImportField.LeftAt => "When they left",
        ImportField.BouncedAt => "When mail came back",
        ImportField.Newsletters => "Newsletters (our own export)",
        ImportField.Language => "Language",
        ImportField.PausedUntil => "Paused until",
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "No such field."),
    };

    /// <summary>What becomes, or became, of the rows with a verdict.</summary>
    public static string Meaning(RowVerdict verdict) => verdict switch
    {
        RowVerdict.New => "get the newsletter",
        RowVerdict.Known => "get it already, or were asked to confirm: nothing changes",
        RowVerdict.LeftBefore => "left it, here or by what the file says: they stay out, and are remembered",
        RowVerdict.Suppressed => "bounced, complained, asked for no mail or were erased: they stay out",
        RowVerdict.NoConsent => "the file itself says that they did not agree",
        RowVerdict.Bad => "cannot be used as they stand",
        RowVerdict.Twice => "the address stands further up",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "No such verdict."),
    };

    public static IEnumerable<(RowVerdict Verdict, int Count)> Lines(RowCounts counts) =>
    [
        (RowVerdict.New, counts.New), (RowVerdict.Known, counts.Known), (RowVerdict.LeftBefore, counts.LeftBefore), (RowVerdict.Suppressed, counts.Suppressed),
        (RowVerdict.NoConsent, counts.NoConsent), (RowVerdict.Bad, counts.Bad), (RowVerdict.Twice, counts.Twice),
    ];

    public static string Delimiter(char delimiter) => delimiter switch
    {
        '\t' => "tabs",
        ',' => "commas",
        ';' => "semicolons",
        _ => $"'{delimiter}'",
    };
}
