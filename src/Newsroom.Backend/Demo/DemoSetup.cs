namespace Newsroom.Backend.Demo;

/// <summary>
/// Three stand-ins that speak the real protocols (feed over HTTP, captured mail over SMTP, practice Stripe under the real client),
/// put in place by configuration only: nothing outside this folder and Program knows that it exists.
/// </summary>
public static class DemoSetup
{
    /// <summary>On in Development or by <c>Demo:Enabled</c>.</summary>
    public static bool IsDemo(this WebApplicationBuilder builder) =>
        builder.Configuration.GetValue("Demo:Enabled", builder.Environment.IsDevelopment());

    public static WebApplicationBuilder AddDemo(this WebApplicationBuilder builder) => builder;

    public static WebApplication MapDemo(this WebApplication app) => app;
}
