using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <summary>
/// The hosted form, and what embedded ones post to. It carries no authority, so it asks for no antiforgery token: pages of other origins
/// post here without cookies.
/// </summary>
[AllowAnonymous, IgnoreAntiforgeryToken, PostLimit(SignUpLimit.Policy)]
public sealed class SubscribeModel(NewsroomDb db, SignUp signUp, MailReadiness mail, IOptions<SiteOptions> site) : PageModel
{
    public const string CheckYourMail = "/subscribe/check-your-mail";

    public SiteOptions Site => site.Value;

    public SignUpView Form { get; private set; } = new([], new SignUpFields());

    /// <summary>Why nobody can sign up now.</summary>
    public string? NotPossible { get; private set; }

    public Task OnGetAsync(CancellationToken cancellationToken) => ShowAsync(SignUpFields.From(name => Request.Query[name]), cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var form = await Request.ReadFormOrEmptyAsync(cancellationToken);
        var fields = SignUpFields.From(name => form[name]);
        var outcome = await signUp.RunAsync(
            new SignUpForm(fields.Email, fields.Newsletters, fields.Name, fields.Source, ConsentMethod.Form, fields.Trap)
            {
                Wording = ConsentWording.ShownBy(fields.Consent),
                Page = FormPage.Of(Request),
            }, cancellationToken);
        if (outcome is SignUpOutcome.Accepted)
        {
            Response.Headers.Location = NextAddress.Allowed(fields.Next, site.Value) ?? CheckYourMailModel.AddressFor(fields.Email);
            return StatusCode(StatusCodes.Status303SeeOther);
        }
        await ShowAsync(fields, cancellationToken);
        switch (outcome)
        {
            case SignUpOutcome.BadAddress:
                Form = Form with { EmailError = SignUpWords.BadAddress };
                break;
            case SignUpOutcome.UnknownNewsletter:
                Form = Form with { NewsletterError = SignUpWords.UnknownNewsletter };
                break;
            case SignUpOutcome.NotConfigured(var why):
                NotPossible = why;
                break;
        }
        Response.StatusCode = NotPossible is null ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status503ServiceUnavailable;
        return Page();
    }

    private async Task ShowAsync(SignUpFields fields, CancellationToken cancellationToken)
    {
        fields.Source ??= "subscribe";
        NotPossible = mail.Missing is null ? null : SignUpWords.NoMailYet;
        Form = new SignUpView(await db.Newsletters.AsNoTracking().OrderBy(n => n.Id).ToListAsync(cancellationToken), fields);
    }
}
