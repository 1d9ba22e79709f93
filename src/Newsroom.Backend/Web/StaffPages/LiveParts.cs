using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Newsroom.Backend.Web.StaffPages;

/// <summary>
/// The part of a staff page that changes by itself, see <c>live.js</c>. Its handler <c>Live</c> is the page's own and lets in whom the page lets in: it says <c>changed</c>
/// whenever the page would show something else, and the script fetches the page.
/// </summary>
public static class LiveParts
{
    private const string Changed = "changed";

    /// <summary>The data of the last event: nothing more will come.</summary>
    private const string Over = "over";

    /// <param name="page">Whose handler this answers.</param>
    /// <param name="look">Gives what the page shows, shortened to a text that changes with it, and whether it is over; null: it is gone.</param>
    public static async Task<IActionResult> WatchAsync(this PageModel page, Func<IServiceProvider, CancellationToken, Task<(string Mark, bool IsOver)?>> look)
    {
        var http = page.HttpContext;
        if (await SeeAsync(http.RequestServices, http.RequestAborted) is not { } first)
            return page.NotFound();
        // HEAD comes here too, and would wait for ever.
        if (!HttpMethods.IsGet(http.Request.Method))
            return page.StatusCode(StatusCodes.Status405MethodNotAllowed);
        if (http.RequestServices.GetRequiredService<EventStreams>().TryOpen(http, Changed, first, SeeAsync) is not { } events)
            return new ContentResult { StatusCode = StatusCodes.Status503ServiceUnavailable, Content = "Too much is being watched. Ask for the page itself.", ContentType = "text/plain" };
        await events.ExecuteAsync(http);
        return new EmptyResult();

        async Task<Sight?> SeeAsync(IServiceProvider services, CancellationToken cancellationToken) =>
            await look(services, cancellationToken) is var (mark, isOver) ? new Sight(mark, isOver ? Over : "", isOver) : null;
    }
}
