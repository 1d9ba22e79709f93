using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web.Details;

namespace Newsroom.Backend.Web;

public static class WebSetup
{
    /// <summary>Forms and JSON are small; nothing here takes a file. An endpoint that needs more says so itself.</summary>
    private const long LargestBody = 1024 * 1024;

    public static IServiceCollection AddWeb(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddOptions<SiteOptions>().BindConfiguration(SiteOptions.Section).ValidateOnStart()
            .PostConfigure(site => site.ContactAddress ??= SenderOf(configuration["Mail:From"]));
        services.AddSingleton<IValidateOptions<SiteOptions>, SiteOptionsRules>();
        services.AddDetails();
        services.AddOptions<ProxyOptions>().BindConfiguration(ProxyOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ProxyOptions>, ProxyOptionsRules>();
        services.AddSingleton<IConfigureOptions<ForwardedHeadersOptions>, ForwardedHeadersFromProxy>();

        services.AddScoped<Auditing.AuditTrail>().AddSingleton<KeyPace.Book>().AddSingleton<EventStreams>();
        services.AddRazorPages(o => o.RootDirectory = "/").AddMvcOptions(o =>
        {
            o.Filters.Add<OnlyHandledMethods>();
            o.Filters.Add<Auditing.AuditedPosts>();
        });
        services.ConfigureHttpJsonOptions(o => Api.ConfigureJson(o.SerializerOptions));
        // Otherwise only Development says why a body could not be read; ErrorAnswers makes a sentence of it.
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.AddProblemDetails(o => o.CustomizeProblemDetails =
            problem => problem.ProblemDetails.Extensions["traceId"] = ErrorAnswers.TraceId(problem.HttpContext));
        services.AddExceptionHandler<UnexpectedErrors>();
        services.AddHostedService<StartNotes>();
        services.AddCors();
        services.AddResponseCompression(o => o.EnableForHttps = true);
        services.Configure<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
        });
        return services.AddApiDocument().AddTelemetry(configuration);
    }

    public static WebApplication UseWeb(this WebApplication app)
    {
        app.UseForwardedHeaders();
        if (app.Services.GetRequiredService<IOptions<ProxyOptions>>().Value.TrustedNetworks.Count == 0)
            app.UseMiddleware<ProxyNotice>();
        app.UseMiddleware<SecurityHeaders>();
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandlingPath = ErrorAnswers.Page,
            StatusCodeSelector = UnexpectedErrors.StatusOf,
            // UnexpectedErrors logs it, once and with the trace id.
            SuppressDiagnosticsCallback = _ => true,
        });
        app.UseWhen(ErrorAnswers.ForPrograms, programs => programs.UseStatusCodePages(status => ErrorAnswers.WriteProblemAsync(status.HttpContext)));
        app.UseWhen(context => !ErrorAnswers.ForPrograms(context), people => people.UseStatusCodePagesWithReExecute(ErrorAnswers.Page));
        if (app.Environment.IsProduction())
            app.UseHsts();
        app.UseRouting();
        app.UseWhen(context => !PrivatePageAttribute.IsOn(context), open => open.UseResponseCompression());
        app.UseStaticFiles();
        app.Use(AnswerWhatIsNotOurs);
        app.UseCors();
        app.Use(PostLimits.AnswerAsync);
        app.UseAuthentication();
        app.UseAuthorization();
        return app;
    }

    public static WebApplication MapWeb(this WebApplication app)
    {
        app.MapRazorPages();
        // live: the process answers. ready: every check passes (database and schema, timetable). One word each: strangers may ask.
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready").AllowAnonymous();
        app.MapOpenApi().AllowAnonymous();
        return app;
    }

    /// <summary>The address in <c>Mail:From</c>; null when there is none, or a wrong one, which the rules of <c>Mail</c> name.</summary>
    private static string? SenderOf(string? from) =>
        System.Net.Mail.MailAddress.TryCreate(from, out var sender) && EmailAddress.TryParse(sender.Address, out _) ? sender.Address : null;

    /// <summary>
    /// No endpoint is 404, and routing's own answers (405, 415) are not the program's endpoints: without this the fallback policy
    /// would ask strangers for a key where there is nothing to guard.
    /// </summary>
    private static Task AnswerWhatIsNotOurs(HttpContext context, RequestDelegate next)
    {
        switch (context.GetEndpoint())
        {
            case null:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            case not RouteEndpoint and { RequestDelegate: { } answer }:
                return answer(context);
            default:
                return next(context);
        }
    }
}
