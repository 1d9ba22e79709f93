using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Digests.Staff;

/// <summary>A digest as its readers get it: wide, on a phone, and as text.</summary>
[Authorize(StaffPolicies.Viewer)]
public sealed class PreviewModel(NewsroomDb db, Editions editions) : PageModel
{
    /// <summary>A mail's own styles are inline and its pictures come from the newsroom's site. It runs nothing, sends nothing, and stands in our frame only.</summary>
    private const string MailPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: http: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups";

    public string Digest { get; private set; } = "";
    public RenderedMail Mail { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(string id, CancellationToken cancellationToken) => await FindAsync(id, cancellationToken) ? Page() : NotFound();

    /// <summary>What stands in the frames.</summary>
    public async Task<IActionResult> OnGetMailAsync(string id, CancellationToken cancellationToken)
    {
        if (!await FindAsync(id, cancellationToken))
            return NotFound();
        Response.Headers.ContentSecurityPolicy = MailPolicy;
        Response.Headers.CacheControl = "no-store";
        return Content(Mail.Html, "text/html; charset=utf-8");
    }

    private async Task<bool> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (await db.Digests.Where(d => d.PublicId == id && d.Status != DigestStatus.Skipped).Select(d => (int?)d.Id).SingleOrDefaultAsync(cancellationToken) is not { } key)
            return false;
        (Digest, Mail) = (id, (await editions.RenderAsync(key, cancellationToken)).Preview);
        return true;
    }
}
