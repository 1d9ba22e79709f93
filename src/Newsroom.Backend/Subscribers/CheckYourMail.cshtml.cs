using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <summary>The same page for every address: it must not tell who subscribes.</summary>
[AllowAnonymous]
public sealed class CheckYourMailModel(IOptions<MailOptions> mail, IOptions<SiteOptions> site) : PageModel
{
    /// <summary>Who to look for in the list of mails.</summary>
    public string Sender => mail.Value.Sender?.Name ?? site.Value.Name;

    public string Site => site.Value.Name;
}
