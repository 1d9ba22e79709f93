using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers.Preferences;

namespace Newsroom.Backend.Subscribers.Imports;

/// <summary>Understands the rows of one file as said about one newsletter.</summary>
internal sealed class RowReader(ImportFile file, string newsletter, DateTimeOffset now)
{
    // Mailchimp has a file for each: of those who left and those it cleaned, nobody is told by the column's being empty. LAST_CHANGED stands
    // only in the file of the subscribed, which may have a column of ours of the same name.
    private readonly bool _isLeftFile = IsMailchimp(file) && file.Columns.ContainsKey(ImportField.LeftAt) && !Has(file, "last_changed");
    private readonly bool _isCleanedFile = IsMailchimp(file) && file.Columns.ContainsKey(ImportField.BouncedAt) && !Has(file, "last_changed");

    public FileRow Read(int line, string[] cells)
    {
        var text = Cell(cells, ImportField.Email);
        var fault = AddressFaults.Of(text, out var address);
        // Cells that have moved to the right may hide that somebody left.
        if (fault is null && cells.Length > file.Header.Count && Array.Exists(cells[file.Header.Count..], c => !string.IsNullOrWhiteSpace(c)))
            fault = $"The row has {cells.Length} cells, the header {file.Header.Count}: put the cell with a '{file.Delimiter}' in it into quotes.";
        var (says, because, evidence, saidAt) = Said(cells);
        return new FileRow(line, text, Name(cells), says, because, evidence, saidAt, Instant(cells, ImportField.ConsentedAt))
        {
            Address = address,
            Fault = fault,
            Rhythm = Own(cells)?.Rhythm ?? Rhythm.AsPublished,
            Language = Cell(cells, ImportField.Language) is var language && ReaderLanguage.All.Any(l => l.Tag == language) ? language : null,
            PausedUntil = FileInstant.ReadAny(Cell(cells, ImportField.PausedUntil)),
        };
    }

    private (FileWord Says, string Because, SuppressionReason Evidence, DateTimeOffset? At) Said(string[] cells)
    {
        var (leftAt, bouncedAt) = (Told(Cell(cells, ImportField.LeftAt)), Told(Cell(cells, ImportField.BouncedAt)));
        if (_isCleanedFile || bouncedAt.Length > 0)
            return (FileWord.Suppressed, "The file says that mail to it came back.", SuppressionReason.HardBounce, FileInstant.Read(bouncedAt, now));
        var (says, word) = (FileWord.Subscribed, "");
        foreach (var index in file.Columns.GetValueOrDefault(ImportField.Status, []))
        {
            var cell = At(cells, index);
            if (StatusWords.Read(cell) is var read && read > says)
                (says, word) = (read, cell);
        }
        if (file.Format == ImportFormat.Newsroom)
            return OfOwn(cells, says, word);
        if (says < FileWord.Left && (_isLeftFile || leftAt.Length > 0))
            (says, word) = (FileWord.Left, "unsubscribed");
        return (says, Because(says, word), says == FileWord.Suppressed ? StatusWords.Evidence(word) : default, FileInstant.Read(leftAt, now));
    }

    /// <summary>Such a column may also say yes or no instead of when.</summary>
    private static string Told(string cell) => cell.ToUpperInvariant() is "0" or "NO" or "FALSE" or "N" ? "" : cell;

    /// <summary>Our own file says it for each newsletter; that somebody left all of them follows from it.</summary>
    private (FileWord, string, SuppressionReason, DateTimeOffset?) OfOwn(string[] cells, FileWord says, string word)
    {
        if (says is FileWord.Suppressed or FileWord.Unclear)
            return (says, Because(says, word), says == FileWord.Suppressed ? StatusWords.Evidence(word) : default, null);
        return Own(cells) switch
        {
            { State: SubscriptionState.Left, At: var at } => (FileWord.Left, Because(FileWord.Left, "left"), default, at),
            { State: SubscriptionState.Active } when says == FileWord.Subscribed => (FileWord.Subscribed, "", default, null),
            { } => (FileWord.NoConsent, Because(FileWord.NoConsent, "pending"), default, null),
            null => (FileWord.NoConsent, "The file does not have this reader on this newsletter.", default, null),
        };
    }

    private ExportedSubscription? Own(string[] cells) =>
        file.Columns.ContainsKey(ImportField.Newsletters) ? ExportedSubscription.Find(Cell(cells, ImportField.Newsletters), newsletter) : null;

    private static string Because(FileWord says, string word) => says switch
    {
        FileWord.Subscribed => "",
        FileWord.Unclear => word.Length == 0
            ? "The file does not say whether this reader is subscribed: its status is empty."
            : $"The status '{PlainText.OneLine(word, 40)}' says nothing we know: write subscribed, unsubscribed, bounced or complained.",
        FileWord.NoConsent => $"The file says {word}: not agreed to, or not yet.",
        _ => $"The file says {word}.",
    };

    private string? Name(string[] cells)
    {
        var (first, last) = (Cell(cells, ImportField.FirstName), Cell(cells, ImportField.LastName));
        var name = Cell(cells, ImportField.Name) is { Length: > 0 } whole && first.Length + last.Length == 0 ? whole : $"{first} {last}";
        name = string.Concat(name.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        if (name.Length > Subscriber.NameLength)
            name = name[..(char.IsHighSurrogate(name[Subscriber.NameLength - 1]) ? Subscriber.NameLength - 1 : Subscriber.NameLength)];
        return name.Length == 0 ? null : name;
    }

    private DateTimeOffset? Instant(string[] cells, ImportField field)
    {
        if (Own(cells) is { State: SubscriptionState.Active, At: { } at })
            return at;
        foreach (var index in file.Columns.GetValueOrDefault(field, []))
        {
            if (FileInstant.Read(At(cells, index), now) is { } instant)
                return instant;
        }
        return null;
    }

    private string Cell(string[] cells, ImportField field) => file.Columns.TryGetValue(field, out var at) ? At(cells, at[0]) : "";

    private string At(string[] cells, int index)
    {
        var cell = index < cells.Length ? cells[index].Trim() : "";
        return file.Format == ImportFormat.Newsroom ? SafeCsv.Unescape(cell) : cell;
    }

    private static bool IsMailchimp(ImportFile file) => file.Format == ImportFormat.Mailchimp;

    private static bool Has(ImportFile file, string column) => file.Header.Any(h => ImportFormat.Clean(h) == column);
}
