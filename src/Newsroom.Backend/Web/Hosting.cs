using Microsoft.Extensions.Configuration.Json;
using Newsroom.Backend.Web.Details;

namespace Newsroom.Backend.Web;

/// <summary>Where configuration comes from and where the program listens.</summary>
internal static class Hosting
{
    private const string DefaultUrl = "http://localhost:5080";
    private const string SecretsFolder = "/run/secrets";

    public static void AddHosting(this WebApplicationBuilder builder)
    {
        var sources = builder.Configuration.Sources;
        var lastFile = sources.ToList().FindLastIndex(s => s is JsonConfigurationSource);
        // Lowest first: what staff stored, the program's own files, the operator's file in the working directory, secrets, then environment and arguments.
        var own = new ConfigurationBuilder()
            .Add<OperatorsFile>(file =>
            {
                (file.Path, file.Optional) = (Path.Combine(Environment.CurrentDirectory, "appsettings.json"), true);
                file.ResolveFileProvider();
            })
            .AddKeyPerFile(SecretsFolder, optional: true);
        foreach (var source in own.Sources)
            sources.Insert(++lastFile, source);
        sources.Insert(0, new StoredSettingsSource());

        string[] addresses = ["urls", "http_ports", "https_ports"];
        if (addresses.All(key => string.IsNullOrEmpty(builder.Configuration[key])) && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
            builder.WebHost.UseUrls(DefaultUrl);

        // A job in hand has 30 s to finish its mail (Jobs/), then the host ends; containers grant 60.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(45));

        // A failed start is told in one sentence (StartFaults), not also by the host with a stack; once started, the host speaks.
        builder.Services.AddOptions<LoggerFilterOptions>().Configure<IServiceProvider>((filters, services) => filters.AddFilter(
            "Microsoft.Extensions.Hosting.Internal.Host",
            level => level >= LogLevel.Warning && services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.IsCancellationRequested));
    }
}
