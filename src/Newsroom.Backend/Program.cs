using Microsoft.Extensions.Options;
using Newsroom.Backend.Cli;
using Newsroom.Backend.Data;
using Newsroom.Backend.Demo;
using Newsroom.Backend.Demo.Sample;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Staff;
using Newsroom.Backend.Stories;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Subscribers.Privacy;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Details;
using Newsroom.Backend.Webhooks;

if (CommandLine.Handles(args))
    return await CommandLine.RunAsync(args, Build, DemoVerbs.Create);

return await StartFaults.ToExitCodeAsync(async () =>
{
    await using var app = Build(args);
    await using (var scope = app.Services.CreateAsyncScope())
    {
        await scope.ServiceProvider.GetRequiredService<DatabaseStart>().PrepareAsync(CancellationToken.None);
        await scope.ServiceProvider.GetRequiredService<StoredSettings>().LoadAsync(CancellationToken.None);
        await scope.ServiceProvider.GetRequiredService<ReplayErasures>().RunAsync(CancellationToken.None);
    }
    app.Services.GetRequiredService<OneServerLock>().TakeToServe();
    // Taken before: RunAsync ends with the services disposed.
    var stopping = app.Lifetime.ApplicationStopping;
    try
    {
        await app.RunAsync();
    }
    catch (OperationCanceledException) when (stopping.IsCancellationRequested)
    {
        // Told to stop while it was still starting: nothing had begun.
    }
    return 0;
});

static WebApplication Build(string[] args)
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.AddHosting();
    var demo = builder.IsDemo();
    if (demo)
        builder.AddDemo();
    builder.Services
        .AddData(builder.Configuration)
        .AddJobs(builder.Configuration)
        .AddWeb(builder.Configuration)
        .AddMail()
        .AddWebhooks()
        .AddNewsletters()
        .AddSubscribers()
        .AddStories(builder.Configuration)
        .AddDigests(builder.Configuration)
        .AddDonations(builder.Configuration)
        .AddStaff();

    var app = builder.Build();
    // Before anything reads an option, so that every fault is named at once.
    app.Services.GetRequiredService<IStartupValidator>().Validate();
    app.UseWeb();
    app.MapWeb().MapMail().MapWebhooks().MapNewsletters().MapSubscribers().MapStories().MapDigests().MapDonations().MapStaff();
    if (demo)
        app.MapDemo();
    return app;
}

internal sealed partial class Program;
