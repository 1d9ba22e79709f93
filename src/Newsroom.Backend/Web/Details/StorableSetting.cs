namespace Newsroom.Backend.Web.Details;

/// <summary>A setting that staff may change on a page. What is not named so cannot be stored, and a row of it counts for nothing.</summary>
/// <param name="Key">As configuration has it.</param>
/// <param name="Default">What holds where nobody has set it.</param>
/// <param name="Rule">The sentence by which a start refuses such a value; null where it would not.</param>
public sealed record StorableSetting(string Key, string Default, Func<string, string?> Rule)
{
    /// <summary>Holds a mail address: the audit log says only that it changed.</summary>
    public bool HoldsMailAddress { get; init; }

    /// <returns>Null when the value may be stored, and when a stored one may count.</returns>
    public string? FaultOf(string value) => value switch
    {
        { Length: > StoredSetting.ValueLength } => FormattableString.Invariant($"{Key} is longer than {StoredSetting.ValueLength} characters: shorten it."),
        _ when value.Any(char.IsControl) => $"{Key} has a line break or another control character: write it on one line.",
        _ => Rule(value),
    };
}
