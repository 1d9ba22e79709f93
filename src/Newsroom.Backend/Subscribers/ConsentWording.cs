namespace Newsroom.Backend.Subscribers;

/// <summary>
/// The sentences people agree to, in one place: pages show exactly <see cref="Text"/>, and the consent record keeps it with its
/// version (GDPR Art. 7(1)). A changed sentence is a new version; a version's sentence never changes.
/// </summary>
public sealed record ConsentWording(string Version, string Text)
{
    /// <summary>Name of the field, in forms and JSON, that names the sentence a sign-up form shows.</summary>
    public const string Field = "consent";

    /// <summary>Beside every sign-up form, ours or embedded.</summary>
    public static ConsentWording SignUp { get; } = new("sign-up-1",
        "By signing up you agree that we send you the newsletters you chose by email. We use your address for nothing else and give it to nobody. You can leave at any time with the link in every email.");

    /// <summary>Recorded when a form named no sentence of ours: it stood on another site, in words that we have not seen.</summary>
    public static ConsentWording OtherForm { get; } = new("other-form",
        "Signed up with a form of another site that did not tell us which sentence it showed. Nothing is sent before the sentence beside the confirmation button is agreed to.");

    /// <summary>Every sentence that ever was beside a sign-up form: what was agreed to on one may be waiting for a gift to be paid.</summary>
    private static readonly ConsentWording[] SignUps = [SignUp];

    /// <summary>Beside the confirmation page's button.</summary>
    public static ConsentWording Confirm { get; } = new("confirm-1",
        "Yes, this is my address, and I want these newsletters by email. I can leave at any time with the link in every email.");

    /// <summary>The unsubscribe page's button, before the newsletter's name.</summary>
    public static ConsentWording Leave { get; } = new("leave-1", "Leave");

    public static ConsentWording LeaveAll { get; } = new("leave-all-1", "Leave all newsletters");

    /// <summary>The mail program's own button: the reader saw its words, not ours (RFC 8058).</summary>
    public static ConsentWording OneClick { get; } = new("one-click-1", "List-Unsubscribe=One-Click");

    /// <summary>The button behind the confirmation mail's "this wasn't me".</summary>
    public static ConsentWording Never { get; } = new("never-1", "Never write to me again");

    /// <summary>By telephone or letter: staff entered it.</summary>
    public static ConsentWording ToldStaff { get; } = new("told-staff-1", "Asked the newsroom never to be written to.");

    /// <summary>The same of a newsletter, or all of them.</summary>
    public static ConsentWording ToldStaffToLeave { get; } = new("told-staff-leave-1", "Asked the newsroom to be taken off these newsletters.");

    public static ConsentWording Undo { get; } = new("undo-1", "That was a mistake: bring it back");

    /// <summary>Beside the button under the preferences' list of newsletters: for what is ticked anew and what is no longer.</summary>
    public static ConsentWording Preferences { get; } = new("preferences-1",
        "Send me the newsletters ticked here by email, and none of the others. I can leave at any time with the link in every email.");

    /// <summary>The unsubscribe page's second way out, before how often it comes then.</summary>
    public static ConsentWording LessOften { get; } = new("less-often-1", "Send it less often instead:");

    /// <summary>Beside the button that a change of address ends with.</summary>
    public static ConsentWording NewAddress { get; } = new("new-address-1",
        "Yes, this is my address, and from now on my newsletters are to come here. I can leave at any time with the link in every email.");

    /// <summary>The button with which the owner of the old address takes that back.</summary>
    public static ConsentWording OldAddress { get; } = new("old-address-1", "Keep the old address");

    /// <summary>The sentence that a posted sign-up form says it showed (its field <see cref="Field"/>).</summary>
    public static ConsentWording ShownBy(string? version) => Array.Find(SignUps, w => w.Version == version) ?? OtherForm;

    /// <exception cref="InvalidOperationException">No sign-up form ever had that version.</exception>
    public static ConsentWording SignUpOf(string version) => Array.Find(SignUps, w => w.Version == version)
        ?? throw new InvalidOperationException($"There is no sentence '{version}' beside a sign-up form.");
}

/// <summary>How a consent was given or withdrawn.</summary>
public static class ConsentMethod
{
    public const string Form = "form";
    public const string Api = "api";
    public const string Import = "import";
    public const string ConfirmPage = "confirm-page";
    public const string OneClick = "one-click";
    public const string UnsubscribePage = "unsubscribe-page";
    public const string NeverPage = "never-page";
    public const string PreferencesPage = "preferences-page";
    public const string AddressPage = "address-page";
    public const string Staff = "staff";
}
