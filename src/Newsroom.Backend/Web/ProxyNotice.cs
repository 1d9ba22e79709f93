namespace Newsroom.Backend.Web;

/// <summary>
/// Says once that requests come through a proxy whose word is not taken: all readers then share one limit, and passkeys are refused because the
/// program takes HTTPS for HTTP.
/// </summary>
internal sealed partial class ProxyNotice(RequestDelegate next, ILogger<ProxyNotice> logger)
{
    private int _hasSaid;

    public Task InvokeAsync(HttpContext context)
    {
        if (Volatile.Read(ref _hasSaid) == 0 && context.Request.Headers.ContainsKey("X-Forwarded-For") && Interlocked.Exchange(ref _hasSaid, 1) == 0)
            LogIgnored(logger, context.Connection.RemoteIpAddress);
        return next(context);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Requests come through a proxy at {Address} whose X-Forwarded-For and X-Forwarded-Proto are ignored: if it is yours, name it in Proxy:TrustedNetworks")]
    private static partial void LogIgnored(ILogger logger, System.Net.IPAddress? address);
}
