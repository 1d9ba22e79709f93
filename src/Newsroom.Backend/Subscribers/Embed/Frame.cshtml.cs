using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers.Embed;

/// <summary>The form in a frame on the newsroom's other sites: no cookie, for browsers take none from frames; form and answer are both inside.</summary>
[AllowAnonymous, IgnoreAntiforgeryToken, FramedPage]
public sealed class FrameModel(NewsroomDb db, SignUpDesk desk, MailReadiness mail, IOptions<SiteOptions> site, IOptions<MailOptions> sender) : PageModel
{
    private const string Path = "/embed/subscribe";

    /// <summary>Set in the address after a sign-up.</summary>
    private const string SentField = "sent";

    public string Sender => sender.Value.Sender?.Name ?? site.Value.Name;

    public SignUpView Form { get; private set; } = new([], new SignUpFields());

    public bool IsSent { get; private set; }

    /// <summary>A common domain that was perhaps meant.</summary>
    public string? Meant { get; private set; }

    /// <summary>Set when a limit asks for one press more.</summary>
    public SignUpCheck? Check { get; private set; }

    public string? NotPossible { get; private set; }

    /// <summary>The page around the frame, as far as its browser tells; kept through the form's own posts, which name only us.</summary>
    public string? Around { get; private set; }

    /// <summary>What the frame's address names is not on offer any more, so others are.</summary>
    public bool OffersOthers => Request.Query["newsletter"].Count > 0 && !Form.NoneMeansAll;

    /// <summary>Back to an empty form.</summary>
    public string Again => Path + QueryWithout();

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        IsSent = Request.Query.ContainsKey(SentField);
        Meant = CheckYourMailModel.KnownDomain(Request.Query[CheckYourMailModel.MeantField]);
        Around = FormPage.Of(Request);
        await ShowAsync(new SignUpFields { Source = Request.Query["source"] }, cancellationToken);
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var form = await Request.ReadFormOrEmptyAsync(cancellationToken);
        var fields = SignUpFields.From(name => form[name]);
        Around = FormPage.Clean(form[SignUpCheck.PageField]);
        await ShowAsync(fields, cancellationToken);
        var chosen = fields.Newsletters.Count == 0 && Form.NoneMeansAll ? [.. Form.Newsletters.Select(n => n.Slug)] : fields.Newsletters;
        var outcome = await SignUpAsync(form, fields, chosen, cancellationToken);
        switch (outcome)
        {
            case SignUpOutcome.Accepted:
                var meant = DomainTypo.MeantByAddress(fields.Email);
                Response.Headers.Location = Path + QueryWithout().Add(SentField, "yes").Add(meant is null ? QueryString.Empty : QueryString.Create(CheckYourMailModel.MeantField, meant));
                return StatusCode(StatusCodes.Status303SeeOther);
            case SignUpOutcome.NeedsProof(var challenge):
                Check = new SignUpCheck(fields, challenge, Form.Action, Around) { InFrame = true };
                Response.Headers.CacheControl = "no-store";
                return Page();
            case SignUpOutcome.BadAddress:
                Form = Form with { EmailError = SignUpWords.BadAddress };
                break;
            case SignUpOutcome.UnknownNewsletter:
                Form = Form with { NewsletterError = SignUpWords.UnknownNewsletter };
                break;
            case SignUpOutcome.NotConfigured(var why):
                NotPossible = why;
                break;
            case SignUpOutcome.TooMany(var wait):
                NotPossible = SignUpWords.TooMany;
                Response.Headers.RetryAfter = NetworkLimit.Seconds(wait);
                Response.StatusCode = StatusCodes.Status429TooManyRequests;
                return Page();
        }
        Response.StatusCode = NotPossible is null ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status503ServiceUnavailable;
        return Page();
    }

    private Task<SignUpOutcome> SignUpAsync(IFormCollection form, SignUpFields fields, IReadOnlyList<string> chosen, CancellationToken cancellationToken) => desk.RunAsync(
        new SignUpForm(fields.Email, chosen, fields.Name, fields.Source, ConsentMethod.Form, fields.Trap) { Wording = ConsentWording.ShownBy(fields.Consent), Page = Around },
        new SignUpCaller(HttpContext.Connection.RemoteIpAddress, form[SignUpCaller.TicketField], form[SignUpCaller.NonceField]),
        cancellationToken);

    /// <summary>Offers what the frame's address names; all, and the default ones without a choice, when it names none.</summary>
    private async Task ShowAsync(SignUpFields fields, CancellationToken cancellationToken)
    {
        fields.Source ??= "frame";
        NotPossible = mail.Missing is null ? null : SignUpWords.NoMailYet;
        var offered = await db.NewslettersOnOffer().AsNoTracking().ToListAsync(cancellationToken);
        var named = offered.FindAll(n => Request.Query["newsletter"].Contains(n.Slug));
        Form = new SignUpView(named.Count > 0 ? named : offered, fields) { Action = Path + QueryWithout(), InFrame = true, NoneMeansAll = named.Count > 0 };
    }

    /// <summary>The address's own parameters, without what an answer added.</summary>
    private QueryString QueryWithout() => QueryString.Create(Request.Query
        .Where(q => q.Key is "newsletter" or "source").SelectMany(q => q.Value, (q, value) => KeyValuePair.Create(q.Key, value)));
}
