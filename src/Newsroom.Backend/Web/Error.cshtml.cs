using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Newsroom.Backend.Web;

/// <summary>What went wrong, what it means, what to do. Shown in place of the page that failed, whatever its method.</summary>
[AllowAnonymous, IgnoreAntiforgeryToken, ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
public sealed class ErrorModel : PageModel
{
    public int Status => Response.StatusCode;

    public string TraceId => ErrorAnswers.TraceId(HttpContext);

    public string Headline => Status switch
    {
        400 => "We could not read that",
        403 => "That is not allowed",
        404 => "There is no page here",
        405 => "That does not work here",
        413 => "That was too much at once",
        429 => "One moment, please",
        _ => "Something went wrong",
    };

    public string WhatToDo => Status switch
    {
        400 => "Your browser sent something this page could not use. Nothing was changed. Go back and try once more.",
        403 => "You do not have access to this. Nothing was changed.",
        404 => "The address may have a typing mistake, or the page has moved. A link from a mail works only as a whole: check that none of it was cut off.",
        405 => "This address cannot be used in that way. Nothing was changed. Go back and use the form's button.",
        413 => "What you sent is larger than we take here. Nothing was changed. Send less, then try again.",
        429 => "There were many tries from your network in a short time. Wait a few minutes, then try again.",
        >= 500 => "It is our fault, not yours, and it is noted. If you were giving money, please look into your mail for a receipt before you try again.",
        _ => "Nothing was changed. Go back and try once more.",
    };

    public override void OnPageHandlerExecuting(Microsoft.AspNetCore.Mvc.Filters.PageHandlerExecutingContext context)
    {
        var isShownForAnother = HttpContext.Features.Get<IStatusCodeReExecuteFeature>() is not null
            || HttpContext.Features.Get<IExceptionHandlerFeature>() is not null;
        if (!isShownForAnother)
            Response.StatusCode = StatusCodes.Status404NotFound;
    }
}
