using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Digests;

/// <summary>Section <c>Sending</c>.</summary>
public sealed class SendingOptions
{
    public const string Section = "Sending";

    public StopAtOptions StopAt { get; set; } = new();
}

/// <summary>Section <c>Sending:StopAt</c>: when a digest stops by itself and waits for people, because going on would only spoil the newsroom's name.</summary>
public sealed class StopAtOptions
{
    /// <summary>Fewer may be chance: a complaint by mistake, two mailboxes of one family.</summary>
    public const int LeastReturned = 3;

    /// <summary>
    /// So many messages refused for the newsroom's own fault, or for the same one of this digest's, without one taken in between. Also so many sign-ins refused,
    /// or messages after whose final dot the line broke off with none taken before; five of these are enough whatever this says.
    /// </summary>
    public int InARow { get; set; } = 5;

    /// <summary>More than this part of the readers tried was refused.</summary>
    public double RefusedShare { get; set; } = 0.05;

    /// <summary>More than this part of what was accepted came back for good. Mailbox providers begin to distrust a sender at 2 %.</summary>
    public double BounceShare { get; set; } = 0.02;

    /// <summary>More than this part of what was accepted was called spam. Gmail asks to stay below 0.1 % and acts at 0.3 %.</summary>
    public double ComplaintShare { get; set; } = 0.001;

    /// <summary>Readers tried before <see cref="RefusedShare"/> says anything.</summary>
    public int AfterMessages { get; set; } = 200;

    /// <summary>So many first readers refused with the same words, and nobody taken: it is not they who were refused.</summary>
    internal int AlikeFromTheFirst => InARow * 2;
}

internal sealed class SendingOptionsRules : IValidateOptions<SendingOptions>
{
    public ValidateOptionsResult Validate(string? name, SendingOptions options)
    {
        List<string> faults = [];
        var stop = options.StopAt;
        if (stop.InARow is < 1 or > 1000)
            faults.Add($"Sending:StopAt:InARow {stop.InARow} is out of range: give 1 to 1000 messages.");
        if (stop.AfterMessages is < 1 or > 1_000_000)
            faults.Add($"Sending:StopAt:AfterMessages {stop.AfterMessages} is out of range: give 1 to 1000000 messages.");
        foreach (var (key, share) in new[] { ("RefusedShare", stop.RefusedShare), ("BounceShare", stop.BounceShare), ("ComplaintShare", stop.ComplaintShare) })
        {
            if (!(share is > 0 and <= 1))
                faults.Add(FormattableString.Invariant($"Sending:StopAt:{key} {share} is no share: give a number above 0 and up to 1, for example 0.05 for 5 %."));
        }
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
