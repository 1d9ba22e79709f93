using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Newsroom.Backend.Staff.House;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.Details;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.Pages;

/// <summary>What the newsroom is called and where it is found. Mail goes out in the name that stands here, so it asks for a fresh proof.</summary>
[Authorize(StaffPolicies.Proven), PrivatePage]
public sealed class NewsroomModel(ReadDetails read, ChangeDetails change, AuditTrail trail) : PageModel
{
    public const string Path = "/staff/settings/newsroom";

    public IReadOnlyList<DetailField> Fields { get; private set; } = [];

    public void OnGet() => Fields = read.Run();

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var given = ReadDetails.Given(Request.Form);
        switch (await change.RunAsync(given, cancellationToken))
        {
            case ChangeDetailsOutcome.Saved { Changes.Count: 0 }:
                trail.SayNothing();
                this.Toast("Nothing was changed.");
                return LocalRedirect(Path);
            case ChangeDetailsOutcome.Saved saved:
                await trail.SayAsync(User, ChangeDetails.Deed, before: saved.Before, after: saved.After);
                this.Toast("Saved. It counts from now on.");
                return LocalRedirect(Path);
            case ChangeDetailsOutcome.Invalid(var faults):
                Fields = read.Run(given, faults);
                Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
                return Page();
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}.");
        }
    }
}
