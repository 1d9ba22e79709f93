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

    /// <summary>Read by name, not by model binding: that gives up, all fields and all, on a body it cannot read.</summary>
    public static SignUpFields From(Func<string, StringValues> field) => new()
    {
        Email = field("email"),
        Newsletters = [.. field("newsletter").OfType<string>()],
        Name = field("name"),
        Source = field("source"),
        Next = field("next"),
        Trap = field(SignUpForm.TrapField),
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
}

/// <summary>The page between a form and its sign-up while a limit is met.</summary>
/// <param name="Fields">As sent: the page sends them again.</param>
/// <param name="Challenge">To be answered with them.</param>
public sealed record SignUpCheck(SignUpFields Fields, ProofChallenge Challenge);

internal static class SignUpWords
{
    public const string NoMailYet = "Signing up is not possible yet: this newsroom has not set up its email. Please come back later.";
    public const string TooMany = "Too many people are signing up just now. Please come back in a few minutes.";
    public const string BadAddress = "Enter your whole email address, for example name@example.org.";
}
