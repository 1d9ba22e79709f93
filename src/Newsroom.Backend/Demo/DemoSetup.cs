using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Demo.Inbox;
using Newsroom.Backend.Demo.Paper;
using Newsroom.Backend.Demo.Practice;
using Newsroom.Backend.Demo.Sample;

namespace Newsroom.Backend.Demo;

/// <summary>
/// Three stand-ins that speak the real protocols (feed over HTTP, captured mail over SMTP, practice Stripe under the real client),
/// put in place by configuration only: nothing outside this folder and Program knows that it exists.
/// </summary>
public static class DemoSetup
{
    /// <summary>On in Development or by <c>Demo:Enabled</c>.</summary>
    public static bool IsDemo(this WebApplicationBuilder builder) =>
        OptionsOf(builder).Enabled ?? builder.Environment.IsDevelopment();

    public static WebApplicationBuilder AddDemo(this WebApplicationBuilder builder)
    {
        var folder = Directory.CreateDirectory(OptionsOf(builder).Folder).FullName;
        // Bound here, so that its port can be configured below and is nobody else's until the receiver accepts.
        var smtp = new TcpListener(IPAddress.Loopback, 0);
        smtp.Start();
        var configuration = DemoConfiguration.Of(builder.Configuration, (IPEndPoint)smtp.LocalEndpoint, DkimKey(Path.Combine(folder, "demo-dkim.pem")));
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = configuration.Values });

        var services = builder.Services;
        services.AddOptions<DemoOptions>().BindConfiguration(DemoOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<DemoOptions>, DemoOptionsRules>();
        services.AddRazorComponents();
        services.AddHttpClient();
        services.AddSingleton(configuration);
        services.AddSingleton(s => new Mailbox(s.GetRequiredService<TimeProvider>(), Path.Combine(folder, "mail")));
        services.AddSingleton(s => new SampleFeed(s.GetRequiredService<TimeProvider>(), configuration.Url, Path.Combine(folder, "sample-feed.json")));
        services.AddSingleton(s => new PracticeStripe(s.GetRequiredService<TimeProvider>(), new PracticeAccount(
            configuration.Url + "/dev/stripe", DemoConfiguration.StripeKey, DemoConfiguration.WebhookSecret, Path.Combine(folder, "practice-stripe.json"))));
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<PracticeWebhooks>(s, configuration.Url + "/webhooks/stripe"));
        services.AddSingleton<DemoSeed>().AddHostedService(s => s.GetRequiredService<DemoSeed>());
        services.AddScoped<SampleHouse>().AddScoped<SampleReaders>().AddScoped<SampleDigests>().AddScoped<SampleGifts>().AddScoped<ClearDemo>();
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

    private static DemoOptions OptionsOf(WebApplicationBuilder builder) =>
        builder.Configuration.GetSection(DemoOptions.Section).Get<DemoOptions>() ?? new DemoOptions();

    /// <summary>A key of this folder's own, made at the first start.</summary>
    private static string DkimKey(string file)
    {
        if (!File.Exists(file))
        {
            using var key = RSA.Create(2048);
            File.WriteAllText(file, key.ExportPkcs8PrivateKeyPem());
        }
        return file;
    }
}
