using System.Text.Json.Serialization;

namespace Newsroom.Backend.Mail.Doctor;

public enum CheckResult
{
    Ok,

    /// <summary>Mail arrives, but worse than it could, or the next change breaks it.</summary>
    Warn,

    /// <summary>Receivers will refuse or distrust mail.</summary>
    Fail,

    /// <summary>It could not be looked at, or need not be.</summary>
    Skipped,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Check">Its subject: <c>spf</c>, <c>dkim</c> …; several findings may share one.</param>
/// <param name="Result">How it is.</param>
/// <param name="Words">What was found.</param>
/// <param name="Advice">What to do, with the record to publish where there is one; null when there is nothing to do.</param>
public sealed record Finding(string Check, CheckResult Result, string Words, string? Advice)
{
    /// <summary>Nobody answered, which says nothing of what is there.</summary>
    [JsonIgnore]
    public bool IsUnheard { get; init; }

    public static Finding Ok(string check, string words) => new(check, CheckResult.Ok, words, null);

    public static Finding Warn(string check, string words, string advice) => new(check, CheckResult.Warn, words, advice);

    public static Finding Unheard(string check, string words, string advice) => Warn(check, words, advice) with { IsUnheard = true };

    public static Finding Fail(string check, string words, string advice) => new(check, CheckResult.Fail, words, advice);

    public static Finding Skipped(string check, string words, string? advice = null) => new(check, CheckResult.Skipped, words, advice);
}
