using MimeKit;

namespace Newsroom.Backend.Mail.Bounces;

/// <summary>
/// The groups of fields in a report (RFC 3464 §2.1), read more leniently than MimeKit does: servers forget the blank line between recipients,
/// the folding, or put text between.
/// </summary>
internal sealed class Fields
{
    private const int MaxGroups = 1000;

    private readonly List<KeyValuePair<string, string>> _fields = [];

    public string? this[string name] => All(name).FirstOrDefault();

    public IEnumerable<string> All(string name) => _fields.Where(f => f.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(f => f.Value);

    public static List<Fields> Groups(string text)
    {
        var groups = new List<Fields>();
        var group = new Fields();
        foreach (var line in text.Split('\n'))
        {
            if (string.IsNullOrWhiteSpace(line))
                Close();
            else if (line[0] is ' ' or '\t' && group._fields.Count > 0)
                group.Continue(line.Trim());
            else if (Split(line) is { } field)
            {
                if (field.Key.Equals("Final-Recipient", StringComparison.OrdinalIgnoreCase) && group["Final-Recipient"] is not null)
                    Close();
                group._fields.Add(field);
            }
        }
        Close();
        return groups;

        void Close()
        {
            if (group._fields.Count > 0 && groups.Count < MaxGroups)
                groups.Add(group);
            group = new Fields();
        }
    }

    /// <summary>Of a part that holds nothing but headers.</summary>
    public static HeaderList Headers(string text)
    {
        var headers = new HeaderList();
        foreach (var (name, value) in Groups(text).FirstOrDefault()?._fields ?? [])
            headers.Add(name, HeaderText.OneLine(value) ?? "");
        return headers;
    }

    private void Continue(string more)
    {
        var (name, value) = _fields[^1];
        // A field of 64 KiB in one-letter lines must not be copied for each of them.
        if (value.Length < 2000)
            _fields[^1] = new(name, $"{value} {more}");
    }

    private static KeyValuePair<string, string>? Split(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon is < 1 or > 60)
            return null;
        var name = line[..colon].TrimEnd();
        return name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? new(name, line[(colon + 1)..].Trim()) : null;
    }
}
