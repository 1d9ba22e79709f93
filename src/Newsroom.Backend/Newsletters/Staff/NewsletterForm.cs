using System.Globalization;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Newsletters.Staff;

/// <param name="Form">What stands in the fields.</param>
/// <param name="Wrong">The field that is to blame; null: none.</param>
public sealed record NewsletterFields(NewsletterForm Form, string? Wrong);

/// <summary>A newsletter as the pages' forms send it.</summary>
public sealed class NewsletterForm
{
    /// <summary>What an editor reads who may not decide that.</summary>
    public static NewsletterFault OnlyPublishers { get; } =
        new("approval", "Only a publisher may let digests go out by themselves or change when they do. Tick “Each digest waits for somebody to approve it”, or ask a publisher to set these days.");

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

    public string? SenderName { get; set; }
    public string? ReplyTo { get; set; }

    /// <summary>Asked for only once it is made.</summary>
    public bool IsDefault { get; set; }

    /// <summary>The same.</summary>
    public bool IsClosed { get; set; }

    /// <summary>What the editor had before them, see <see cref="EditNewsletter.SeenOf"/>.</summary>
    public string? Seen { get; set; }

    private CadenceForm? Cadence => Days.Count == 0 ? null : new([.. Days], At, string.IsNullOrWhiteSpace(TimeZone) ? null : TimeZone.Trim(), Approval);

    public NewsletterText Text => new(Name, Description, Cadence, IsBreaking ? nameof(MailLane.Breaking) : null, SenderName, ReplyTo);

    /// <summary>True when digests would go out with nobody letting them who did not, or at another time: that is for publishers to say.</summary>
    /// <param name="before">When digests made themselves until now; null: never.</param>
    /// <param name="siteZone">For a form that names no zone.</param>
    public bool LetsDigestsGo(Newsletters.Cadence? before, string siteZone) =>
        Cadence is { Approval: false } form && Newsletters.Cadence.TryRead(form, siteZone, out var wished) is null && wished != before;

    /// <param name="newsletter">To be edited.</param>
    /// <param name="siteZone">For one without cadence.</param>
    public static NewsletterForm Of(Newsletter newsletter, string siteZone) => new()
    {
        Name = newsletter.Name,
        Description = newsletter.Description,
        Days = [.. newsletter.Cadence?.DayList ?? []],
        At = newsletter.Cadence?.At.ToString("HH:mm", CultureInfo.InvariantCulture) ?? "07:00",
        TimeZone = newsletter.Cadence?.TimeZone ?? siteZone,
        Approval = newsletter.Cadence?.Approval ?? false,
        IsBreaking = newsletter.Lane == MailLane.Breaking,
        SenderName = newsletter.SenderName,
        ReplyTo = newsletter.ReplyTo,
        IsDefault = newsletter.IsDefault,
        IsClosed = newsletter.IsClosed,
        Seen = EditNewsletter.SeenOf(newsletter),
    };

    /// <summary>The id of the field in the page that a <see cref="NewsletterFault"/> is about.</summary>
    public static string IdOf(string field) => field switch
    {
        "cadence.days" => "days",
        "cadence.at" => "at",
        "cadence.timeZone" => "time-zone",
        "senderName" => "sender-name",
        "replyTo" => "reply-to",
        _ => field,
    };
}
