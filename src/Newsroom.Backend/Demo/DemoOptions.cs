using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Demo;

/// <summary>Section <c>Demo</c>.</summary>
public sealed class DemoOptions
{
    public const string Section = "Demo";

    /// <summary>Null: on in Development only.</summary>
    public bool? Enabled { get; set; }

    /// <summary>Must be said before strangers may reach a demo: its inbox shows every mail to everybody.</summary>
    public bool Public { get; set; }

    /// <summary>Where captured mail and the stand-ins' memories are kept.</summary>
    public string Folder { get; set; } = "data";
}

internal sealed class DemoOptionsRules(IOptions<SiteOptions> site) : IValidateOptions<DemoOptions>
{
    public ValidateOptionsResult Validate(string? name, DemoOptions options) =>
        options.Public || (Uri.TryCreate(site.Value.PublicUrl, UriKind.Absolute, out var url) && url.IsLoopback)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"Demo:Enabled does not go with Site:PublicUrl '{site.Value.PublicUrl}': a demo shows every captured mail to everybody. "
                + "Run in Production with real settings, or say Demo:Public=true.");
}
