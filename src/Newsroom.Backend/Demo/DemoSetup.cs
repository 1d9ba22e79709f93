using System.Net;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Demo.Inbox;
using Newsroom.Backend.Demo.Paper;
using Newsroom.Backend.Demo.Practice;

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

    public static WebApplicationBuilder AddDemo(this WebApplicationBuilder builder)
    {
        var smtp = DemoConfiguration.Listen();
        var configuration = DemoConfiguration.Of(builder.Configuration, (IPEndPoint)smtp.LocalEndpoint);
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = configuration.Values });

        var services = builder.Services;
        services.AddOptions<DemoOptions>().BindConfiguration(DemoOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<DemoOptions>, DemoOptionsRules>();
        services.AddRazorComponents();
        services.AddHttpClient();
        services.AddSingleton(configuration);
        services.AddSingleton(s => new Mailbox(s.GetRequiredService<TimeProvider>(), InFolder(s, "mail")));
        services.AddSingleton(s => new SampleFeed(s.GetRequiredService<TimeProvider>(), configuration.Url, InFolder(s, "sample-feed.json")));
        services.AddSingleton(s => new PracticeStripe(s.GetRequiredService<TimeProvider>(), new PracticeAccount(
            configuration.Url + "/dev/stripe", DemoConfiguration.StripeKey, DemoConfiguration.WebhookSecret, InFolder(s, "practice-stripe.json"))));
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<PracticeWebhooks>(s, configuration.Url + "/webhooks/stripe"));
        services.AddHostedService<DemoSeed>();
        services.AddHostedService(s => ActivatorUtilities.CreateInstance<SmtpReceiver>(s, smtp));
        services.AddHostedService(s => s.GetRequiredService<PracticeWebhooks>());
        services.AddHostedService<DemoBanner>();
        return builder;
    }

    public static WebApplication MapDemo(this WebApplication app)
    {
        var routes = app.MapGroup("").AllowAnonymous().ExcludeFromDescription().DisableAntiforgery();
        routes.MapPaper();
        routes.MapInbox();
        routes.MapPracticePages();
        routes.MapPracticeStripe("/dev/stripe", app.Services.GetRequiredService<PracticeStripe>());
        routes.MapGet("/dev/assets/{name}", DemoAssets.Get);
        return app;
    }

    private static string InFolder(IServiceProvider services, string name)
    {
        var folder = Directory.CreateDirectory(services.GetRequiredService<IOptions<DemoOptions>>().Value.Folder).FullName;
        return Path.Combine(folder, name);
    }
}
