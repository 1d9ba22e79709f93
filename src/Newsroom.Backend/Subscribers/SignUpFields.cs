using Microsoft.Extensions.Primitives;
using Newsroom.Backend.Newsletters;

namespace Newsroom.Backend.Subscribers;

/// <summary>A sign-up form's fields, under the names that embedded forms use.</summary>
public sealed class SignUpFields
{
    public string? Email { get; init; }
    public IReadOnlyList<string> Newsletters { get; init; } = [];
    public string? Name { get; init; }
    public string? Source { get; set; }

    /// <summary>Where to go afterwards; only <see cref="NextAddress.Allowed"/> ones are followed.</summary>
    public string? Next { get; init; }
    public string? Trap { get; init; }

    /// <summary>Version of the sentence beside the form, see <see cref="ConsentWording.ShownBy"/>.</summary>
    public string? Consent { get; init; }

    /// <summary>Read by name, not by model binding: that gives up, all fields and all, on a body it cannot read.</summary>
    public static SignUpFields From(Func<string, StringValues> field) => new()
    {
        Email = field("email"),
        Newsletters = [.. field("newsletter").OfType<string>()],
        Name = field("name"),
        Source = field("source"),
        Next = field("next"),
        Trap = field(SignUpForm.TrapField),
        Consent = field(ConsentWording.Field),
    };
}

/// <summary>What the form's partial shows: the same on every page that has one.</summary>
/// <param name="Newsletters">On offer.</param>
/// <param name="Fields">As typed: an error takes nothing away.</param>
/// <param name="EmailError">What to do about the address; null when nothing is.</param>
/// <param name="NewsletterError">The same for the choice.</param>
public sealed record SignUpView(IReadOnlyList<Newsletter> Newsletters, SignUpFields Fields, string? EmailError = null, string? NewsletterError = null)
{
    public bool HasError => EmailError is not null || NewsletterError is not null;

    /// <summary>Where the form posts to.</summary>
    public string Action { get; init; } = "/subscribe";

    /// <summary>What the button says.</summary>
    public string Button { get; init; } = "Sign up";

    /// <summary>True: it stands in a frame on another site, so links open a window of their own and the browser keeps nothing.</summary>
    public bool InFrame { get; init; }

    /// <summary>True: a choice of none takes all that are offered here, not the newsroom's default ones.</summary>
    public bool NoneMeansAll { get; init; }

    /// <summary>What a reader gets who ticks nothing.</summary>
    public string WithoutChoice
    {
        get
        {
            var defaults = NoneMeansAll ? Newsletters : Offer.WithoutChoice(Newsletters);
            return defaults.Count == Newsletters.Count ? "all of them" : SignUpWords.List(defaults);
        }
    }
}

/// <summary>The page between a form and its sign-up while a limit is met.</summary>
/// <param name="Fields">As sent: the page sends them again.</param>
/// <param name="Challenge">To be answered with them.</param>
/// <param name="Action">Where to.</param>
/// <param name="Page">The page the form stood on, for the consent record: what is sent from here names only us.</param>
public sealed record SignUpCheck(SignUpFields Fields, ProofChallenge Challenge, string Action, string? Page)
{
    public const string PageField = "page";

    /// <summary>As <see cref="SignUpView.InFrame"/>.</summary>
    public bool InFrame { get; init; }
}

internal static class SignUpWords
{
    public const string NoMailYet = "Signing up is not possible yet: this newsroom has not set up its email. Please come back later.";
    public const string TooMany = "Too many people are signing up just now. Please come back in a few minutes.";
    public const string BadAddress = "Enter your whole email address, for example name@example.org.";
    public const string UnknownNewsletter = "One of the newsletters you asked for is not on offer (any more). Please choose again.";

    /// <summary>"This Week, Breaking and Harbour Life".</summary>
    public static string List(IReadOnlyList<Newsletter> newsletters) => string.Join(" and ",
        (string[])[.. newsletters.Count > 1 ? [string.Join(", ", newsletters.SkipLast(1).Select(n => n.Name))] : Array.Empty<string>(), .. newsletters.TakeLast(1).Select(n => n.Name)]);
}
