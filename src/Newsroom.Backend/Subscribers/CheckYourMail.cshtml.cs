using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <summary>The same page for every address: it must not tell who subscribes, so it cannot know the address. A script of ours shows what the browser kept.</summary>
[AllowAnonymous]
public sealed class CheckYourMailModel(NewsroomDb db, IOptions<MailOptions> mail, IOptions<SiteOptions> site) : PageModel
{
    public const string MeantField = "meant";

    /// <summary>Who to look for in the list of mails.</summary>
    public string Sender => mail.Value.Sender?.Name ?? site.Value.Name;

    /// <summary>What the mail comes from; null when none is set up.</summary>
    public string? SenderAddress => mail.Value.Sender?.Address.Value;

    public string Site => site.Value.Name;

    /// <summary>A common domain that was perhaps meant.</summary>
    public string? Meant { get; private set; }

    public SignUpView Form { get; private set; } = new([], new SignUpFields());

    /// <summary>Where a sign-up leads: the same for every reader of one mail domain, whatever we know of the address.</summary>
    public static string AddressFor(string? email) =>
        SubscribeModel.CheckYourMail + (DomainTypo.MeantByAddress(email) is { } meant ? QueryString.Create(MeantField, meant).ToString() : "");

    /// <summary>Only domains that we could have suggested: nobody's words appear on a page of ours.</summary>
    public static string? KnownDomain(string? text) => DomainTypo.Common.FirstOrDefault(domain => domain == text);

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Meant = KnownDomain(Request.Query[MeantField]);
        var newsletters = await db.NewslettersOnOffer().AsNoTracking().ToListAsync(cancellationToken);
        Form = new SignUpView(newsletters, new SignUpFields { Source = "check-your-mail" }) { Button = "Send it again" };
    }
}
