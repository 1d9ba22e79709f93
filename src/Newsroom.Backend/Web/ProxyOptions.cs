using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Web;

/// <summary>Section <c>Proxy</c>: whose word about the reader's address and scheme is taken.</summary>
public sealed class ProxyOptions
{
    public const string Section = "Proxy";

    /// <summary>
    /// Networks of the reverse proxies, as CIDR. Only requests from them may say <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c>;
    /// none: the headers are ignored, so that nobody chooses the address that limits count.
    /// </summary>
    public IList<string> TrustedNetworks { get; } = [];
}

internal sealed class ProxyOptionsRules : IValidateOptions<ProxyOptions>
{
    public ValidateOptionsResult Validate(string? name, ProxyOptions options)
    {
        var faults = options.TrustedNetworks.Where(n => !System.Net.IPNetwork.TryParse(n, out _))
            .Select(n => $"Proxy:TrustedNetworks has '{n}': give a network such as 10.0.0.0/8 or one address as 10.0.0.5/32.").ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}

internal sealed class ForwardedHeadersFromProxy(IOptions<ProxyOptions> proxy) : IConfigureOptions<ForwardedHeadersOptions>
{
    public void Configure(ForwardedHeadersOptions options)
    {
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        if (proxy.Value.TrustedNetworks.Count == 0)
            return;
        options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        // As many hops as are trusted, not a fixed number: the first untrusted address is the reader's.
        options.ForwardLimit = null;
        foreach (var network in proxy.Value.TrustedNetworks)
            options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
    }
}
