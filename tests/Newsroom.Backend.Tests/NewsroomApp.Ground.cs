using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    /// <summary>What the program has mapped, one for each method.</summary>
    internal IReadOnlyList<MappedEndpoint> Endpoints() =>
    [
        .. _program.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().Distinct()
            .SelectMany(e => Methods(e).Select(m => new MappedEndpoint(m, "/" + e.RoutePattern.RawText!.TrimStart('/'), e))),
    ];

    private static IReadOnlyList<string> Methods(RouteEndpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is { HttpMethods.Count: > 0 } methods)
            return methods.HttpMethods;
        return endpoint.Metadata.GetMetadata<CompiledPageActionDescriptor>() is { } page && page.HandlerMethods.Count > 0
            ? [.. page.HandlerMethods.Select(h => h.HttpMethod.ToUpperInvariant())] : ["GET"];
    }
}

internal sealed partial record MappedEndpoint(string Method, string Path, RouteEndpoint Endpoint)
{
    public string Name => $"{Method} {Path}";

    public bool IsAnonymous => Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    /// <summary>Mapped by, handled in, or a page of the demo's folder.</summary>
    public bool IsDemo => Path.StartsWith("/dev", StringComparison.Ordinal)
        || Endpoint.Metadata.GetMetadata<MethodInfo>()?.DeclaringType?.Namespace?.StartsWith("Newsroom.Backend.Demo", StringComparison.Ordinal) == true
        || Endpoint.Metadata.GetMetadata<PageActionDescriptor>()?.RelativePath.StartsWith("/Demo/", StringComparison.Ordinal) == true;

    /// <summary>The path with something in the place of each parameter.</summary>
    public string SamplePath => Parameter().Replace(Path, "1");

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
