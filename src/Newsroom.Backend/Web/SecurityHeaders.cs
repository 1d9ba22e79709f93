using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Web;

/// <summary>Headers on every answer, errors and files included. An endpoint that sets one of them itself keeps its own.</summary>
internal sealed class SecurityHeaders(RequestDelegate next, IOptions<SiteOptions> site, IConfiguration configuration)
{
    private readonly string _contentPolicy = ContentPolicy(site.Value, configuration, "'none'");
    private readonly string _framedPolicy = ContentPolicy(site.Value, configuration, string.Join(' ', site.Value.AllowedOrigins.Prepend("'self'")));

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            var isPrivate = PrivatePageAttribute.IsOn(context);
            headers.TryAdd("Content-Security-Policy", FramedPageAttribute.IsOn(context) ? _framedPolicy : _contentPolicy);
            headers.TryAdd("X-Content-Type-Options", "nosniff");
            headers.TryAdd("Referrer-Policy", isPrivate ? "no-referrer" : "same-origin");
            headers.TryAdd("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
            headers.TryAdd("Cross-Origin-Opener-Policy", "same-origin");
            if (isPrivate)
                headers.CacheControl = "no-store";
            return Task.CompletedTask;
        });
        return next(context);
    }

    /// <remarks>
    /// Pictures may come from anywhere over https: the archive shows the newsroom's own. A form's target also covers where its
    /// redirect leads (CSP 3 §6.4.2 in Chrome): the checkout, the page for another card, and the sites that may be named as <c>next</c>.
    /// </remarks>
    private static string ContentPolicy(SiteOptions site, IConfiguration configuration, string frames)
    {
        var targets = new List<string> { "'self'", "https://checkout.stripe.com", "https://billing.stripe.com" };
        if (Uri.TryCreate(configuration["Stripe:ApiBase"], UriKind.Absolute, out var payments))
            targets.Add(payments.GetLeftPart(UriPartial.Authority));
        targets.AddRange(site.AllowedOrigins);
        return $"default-src 'self'; img-src 'self' https: data:; object-src 'none'; base-uri 'none'; frame-ancestors {frames}; form-action "
            + string.Join(' ', targets.Distinct(StringComparer.OrdinalIgnoreCase));
    }
}
