using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Newsroom.Backend.Subscribers.Imports;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Subscribers.Staff;

/// <summary>Takes a list's file. The one page of the program that takes a large body.</summary>
[Authorize(StaffPolicies.Administrator)]
[RequestSizeLimit(LargestBody), RequestFormLimits(MultipartBodyLengthLimit = LargestBody)]
public sealed class NewImportModel(TakeList take, AuditTrail trail) : PageModel
{
    /// <summary>A little more than a list may be, so that one that is too large is told so on this page.</summary>
    private const long LargestBody = TakeList.Largest + (16 * 1024 * 1024);

    public static int LargestInMegabytes => TakeList.Largest / 1024 / 1024;

    public string? Fault { get; private set; }

    public async Task<IActionResult> OnPostAsync(IFormFile? list, CancellationToken cancellationToken)
    {
        if (list is null || list.Length == 0)
            return Refuse("Choose the file first. It must not be empty.");
        if (list.Length > TakeList.Largest)
            return Refuse($"The file is larger than {LargestInMegabytes} MB. Keep the columns with address, name, state and dates, or part it into several files, each with the first line.");
        await using var file = list.OpenReadStream();
        switch (await take.RunAsync(file, list.FileName, cancellationToken))
        {
            case TakeListOutcome.Taken(var id):
                await trail.SayAsync(User, "list.uploaded", id);
                return LocalRedirect($"/staff/imports/lists/{id}");
            case TakeListOutcome.Refused(var whatToDo):
                return Refuse(whatToDo);
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}.");
        }
    }

    private PageResult Refuse(string fault)
    {
        (Fault, Response.StatusCode) = (fault, StatusCodes.Status422UnprocessableEntity);
        return Page();
    }
}
