namespace Newsroom.Backend.Newsletters.Staff;

/// <summary>A new newsletter as the page's form sends it.</summary>
public sealed class NewsletterForm
{
    public static IReadOnlyList<(string Value, string Name)> Week { get; } =
    [
        ("mon", "Monday"), ("tue", "Tuesday"), ("wed", "Wednesday"), ("thu", "Thursday"), ("fri", "Friday"), ("sat", "Saturday"), ("sun", "Sunday"),
    ];

    public string? Slug { get; set; }
    public string? Name { get; set; }
    public string? Description { get; set; }

    /// <summary>None: digests are made by hand.</summary>
    public List<string> Days { get; set; } = [];
    public string? At { get; set; } = "07:00";
    public string? TimeZone { get; set; }
    public bool Approval { get; set; }
    public bool IsBreaking { get; set; }

    public CadenceForm? Cadence => Days.Count == 0 ? null : new([.. Days], At, string.IsNullOrWhiteSpace(TimeZone) ? null : TimeZone.Trim(), Approval);

    /// <summary>The id of the field in the page that a fault of <see cref="AddNewsletter"/> is about.</summary>
    public static string IdOf(string field) => field switch
    {
        "cadence.days" => "days",
        "cadence.at" => "at",
        "cadence.timeZone" => "time-zone",
        _ => field,
    };
}
