namespace Newsroom.Backend.Mail.Doctor;

/// <summary>The form <c>v=DKIM1; k=rsa; p=…</c> that DKIM and DMARC share (RFC 6376 §3.2, RFC 9989 §4.7).</summary>
internal sealed class TagList
{
    private readonly Dictionary<string, string> _tags;

    private TagList(Dictionary<string, string> tags) => _tags = tags;

    public string? this[string tag] => _tags.GetValueOrDefault(tag);

    public IEnumerable<string> Names => _tags.Keys;

    /// <returns>Null, with a fault in words, for a text that is no list.</returns>
    public static TagList? Parse(string text, out string? fault)
    {
        fault = null;
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
                fault = $"'{part}' is no tag=value";
            else if (!tags.TryAdd(part[..equals].Trim().ToLowerInvariant(), part[(equals + 1)..].Trim()))
                fault = $"the tag {part[..equals].Trim()} is there twice";
        }
        return fault is null ? new TagList(tags) : null;
    }
}
