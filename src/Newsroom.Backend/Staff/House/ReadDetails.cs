using Newsroom.Backend.Mail;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Details;

namespace Newsroom.Backend.Staff.House;

public enum DetailKind
{
    Text,
    MailAddress,
    TimeZone,
    Language,
}

/// <summary>A field of the newsroom's details, as the set-up and the details page show it. Its name in the form is the setting's key.</summary>
public sealed record DetailField(string Key, string Label, string Hint, DetailKind Kind = DetailKind.Text)
{
    public bool IsRequired { get; init; }
    public string Value { get; init; } = "";

    /// <summary>The operator's place that goes before this page; null: it is changed here.</summary>
    public string? SetElsewhere { get; init; }

    /// <summary>What is wrong with what was typed.</summary>
    public string? Fault { get; init; }

    /// <summary>Why what is stored does not count.</summary>
    public string? Ignored { get; init; }

    /// <summary>Nobody has given it: a browser's own zone is a better guess than UTC.</summary>
    public bool IsOpen { get; init; }

    public string Id => Key.Replace(':', '-').ToLowerInvariant();
}

/// <summary>The newsroom's details as they hold now, for a form.</summary>
public sealed class ReadDetails(IConfiguration configuration, StoredSettings stored, IEnumerable<StorableSetting> storable)
{
    private static readonly DetailField[] Fields =
    [
        new(Of(nameof(SiteOptions.Name)), "Name of the newsroom", "On top of every page, and in every mail.") { IsRequired = true },
        new(Of(nameof(SiteOptions.TimeZone)), "Time zone", "Digests go out, and days begin, by its clock.", DetailKind.TimeZone),
        new(Of(nameof(SiteOptions.Language)), "Language", "A tag such as en-US or en-GB: how dates and sums are written. The texts of pages and mails are English.", DetailKind.Language) { IsRequired = true },
        new(Of(nameof(SiteOptions.PostalAddress)), "Postal address", "On one line, at the foot of every page and newsletter. The law asks for it; no digest starts without it."),
        new($"{MailOptions.Section}:{nameof(MailOptions.From)}", "Sender of your mails", "A name and an address: The Gazette <news@example.org>. The domain must let your relay send for it."),
        new(Of(nameof(SiteOptions.ContactAddress)), "Where readers write to", "A mail address, at the foot of every page. Empty: the sender's.", DetailKind.MailAddress),
        new(Of(nameof(SiteOptions.AlertAddress)), "Whom alerts are mailed to", "A mailbox that somebody reads, at another provider best. Empty: alerts stand on the staff pages only.", DetailKind.MailAddress),
    ];

    /// <param name="given">What was typed and refused; null: what holds is shown.</param>
    /// <param name="faults">Why, by key.</param>
    public IReadOnlyList<DetailField> Run(IReadOnlyDictionary<string, string?>? given = null, IReadOnlyDictionary<string, string>? faults = null) =>
        [.. Fields.Select(f => f with
        {
            Value = Typed(given, f.Key) ?? stored.InForce(f.Key) ?? Standard(f),
            SetElsewhere = stored.IsSetElsewhere(f.Key) ? SettingPlace.Of(configuration, f.Key) : null,
            Fault = faults?.GetValueOrDefault(f.Key),
            Ignored = stored.Ignored.GetValueOrDefault(f.Key),
            IsOpen = given is null && stored.InForce(f.Key) is null,
        })];

    /// <summary>What a form gave, by key; null for what it did not have.</summary>
    public static Dictionary<string, string?> Given(IFormCollection form) =>
        Fields.ToDictionary(f => f.Key, f => form.TryGetValue(f.Key, out var text) ? text.ToString() : null, StringComparer.Ordinal);

    private string? Typed(IReadOnlyDictionary<string, string?>? given, string key) => stored.IsSetElsewhere(key) ? null : given?.GetValueOrDefault(key);

    /// <summary>Nobody is called what the program calls a newsroom without a name.</summary>
    private string Standard(DetailField field) => field.Key == Of(nameof(SiteOptions.Name)) ? "" : storable.First(s => s.Key == field.Key).Default;

    private static string Of(string name) => $"{SiteOptions.Section}:{name}";
}
