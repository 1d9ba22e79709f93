using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace Newsroom.Backend.Subscribers.Embed;

/// <summary>
/// The scripts that other sites' pages load. Their bytes are a promise: pages pin them by hash (SRI), so a change that
/// readers need is a new version at a new address, and the old one stays.
/// </summary>
internal sealed class EmbedScript
{
    /// <summary>Long, for the bytes do not change; short enough that a mistake of ours is gone within a week.</summary>
    private const string Caching = "public, max-age=604800";

    /// <summary>What the form fetches once somebody begins to type.</summary>
    public static EmbedScript Help { get; } = new("v1-help.js");

    /// <summary>The form in a page; it pins <see cref="Help"/> as pages pin it.</summary>
    public static EmbedScript Form { get; } = new("v1.js", Help);

    /// <summary>Beside a framed form.</summary>
    public static EmbedScript Frame { get; } = new("frame-v1.js");

    private EmbedScript(string name, params IEnumerable<EmbedScript> pinned)
    {
        Path = "/embed/" + name;
        using var source = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("Embed." + name)!, Encoding.UTF8);
        var text = Tighten(source.ReadToEnd());
        foreach (var other in pinned)
            text = text.Replace($"{{{{{other.Path["/embed/".Length..]}}}}}", other.Integrity, StringComparison.Ordinal);
        Bytes = Encoding.UTF8.GetBytes(text);
        Integrity = "sha384-" + Convert.ToBase64String(SHA384.HashData(Bytes));
    }

    public string Path { get; }

    public byte[] Bytes { get; }

    /// <summary>For a script element's <c>integrity</c> (W3C Subresource Integrity).</summary>
    public string Integrity { get; }

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var script in (EmbedScript[])[Form, Help, Frame])
            routes.MapGet(script.Path, script.Answer).AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>Without whole-line comments and indentation; no template text in the sources begins a line with two slashes.</summary>
    private static string Tighten(string source) =>
        string.Concat(source.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && !line.StartsWith("//", StringComparison.Ordinal)).Select(line => line + "\n"));

    /// <summary>Any page may load it: without these two headers a browser neither checks the hash nor, under COEP, runs it.</summary>
    private IResult Answer(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = Caching;
        headers.AccessControlAllowOrigin = "*";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        return Results.Bytes(Bytes, "text/javascript; charset=utf-8", entityTag: new EntityTagHeaderValue($"\"{Integrity}\""));
    }
}
