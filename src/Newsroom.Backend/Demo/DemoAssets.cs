using System.Reflection;

namespace Newsroom.Backend.Demo;

/// <summary>Style sheets and a script from inside the assembly: outside demo mode nothing serves them.</summary>
internal static class DemoAssets
{
    public static IResult Get(string name) =>
        Assembly.GetExecutingAssembly().GetManifestResourceStream("Demo." + name) is { } asset
            ? Results.Stream(asset, Path.GetExtension(name) switch
            {
                ".css" => "text/css; charset=utf-8",
                ".js" => "text/javascript; charset=utf-8",
                ".svg" => "image/svg+xml",
                _ => "text/plain; charset=utf-8",
            })
            : Results.NotFound();
}
