using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <summary>
/// The hosted form, and what embedded ones post to. It carries no authority, so it asks for no antiforgery token: pages of other origins
/// post here without cookies.
/// </summary>
[AllowAnonymous, IgnoreAntiforgeryToken]
public sealed class SubscribeModel(NewsroomDb db, SignUpDesk desk, MailReadiness mail, IOptions<SiteOptions> site) : PageModel
{
    public const string CheckYourMail = "/subscribe/check-your-mail";

    public SiteOptions Site => site.Value;

    public SignUpView Form { get; private set; } = new([], new SignUpFields());

    /// <summary>Asked for before the sign-up is taken; null: nothing is.</summary>
    public SignUpCheck? Check { get; private set; }

    /// <summary>Why nobody can sign up now.</summary>
    public string? NotPossible { get; private set; }

    public Task OnGetAsync(CancellationToken cancellationToken) => ShowAsync(SignUpFields.From(name => Request.Query[name]), cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var form = await Request.ReadFormOrEmptyAsync(cancellationToken);
        var fields = SignUpFields.From(name => form[name]);
        var caller = new SignUpCaller(HttpContext.Connection.RemoteIpAddress, form[SignUpCaller.TicketField], form[SignUpCaller.NonceField]);
        // The page of one press more hands on where the form stood.
        var page = FormPage.Clean(form[SignUpCheck.PageField]) ?? FormPage.Of(Request);
        var outcome = await desk.RunAsync(
            new SignUpForm(fields.Email, fields.Newsletters, fields.Name, fields.Source, ConsentMethod.Form, fields.Trap)
            {
                Wording = ConsentWording.ShownBy(fields.Consent),
                Page = page,
            },
            caller, cancellationToken);
        if (outcome is SignUpOutcome.Accepted)
        {
            Response.Headers.Location = NextAddress.Allowed(fields.Next, site.Value) ?? CheckYourMailModel.AddressFor(fields.Email);
            return StatusCode(StatusCodes.Status303SeeOther);
        }
        if (outcome is SignUpOutcome.NeedsProof(var challenge))
        {
            Check = new SignUpCheck(fields, challenge, "/subscribe", page);
            Response.Headers.CacheControl = "no-store";
            return Page();
        }
        await ShowAsync(fields, cancellationToken);
        Response.StatusCode = Explain(outcome);
        return Page();
    }

    /// <summary>Puts the outcome into the page's words.</summary>
    /// <returns>The answer's status.</returns>
    private int Explain(SignUpOutcome outcome)
    {
        switch (outcome)
        {
            case SignUpOutcome.BadAddress:
                Form = Form with { EmailError = SignUpWords.BadAddress };
                return StatusCodes.Status422UnprocessableEntity;
            case SignUpOutcome.UnknownNewsletter:
                Form = Form with { NewsletterError = SignUpWords.UnknownNewsletter };
                return StatusCodes.Status422UnprocessableEntity;
            case SignUpOutcome.NotConfigured(var why):
                NotPossible = why;
                return StatusCodes.Status503ServiceUnavailable;
            case SignUpOutcome.TooMany(var wait):
                NotPossible = SignUpWords.TooMany;
                Response.Headers.RetryAfter = NetworkLimit.Seconds(wait);
                return StatusCodes.Status429TooManyRequests;
            default:
                throw new InvalidOperationException($"Unknown outcome {outcome}.");
        }
    }

    private async Task ShowAsync(SignUpFields fields, CancellationToken cancellationToken)
    {
        fields.Source ??= "subscribe";
        NotPossible = mail.Missing is null ? null : SignUpWords.NoMailYet;
        Form = new SignUpView(await db.NewslettersOnOffer().AsNoTracking().ToListAsync(cancellationToken), fields);
    }
}
