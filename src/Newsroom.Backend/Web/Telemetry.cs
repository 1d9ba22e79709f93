using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Newsroom.Backend.Web;

/// <summary>Traces and metrics over OTLP, when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where to; otherwise nothing is collected.</summary>
internal static class Telemetry
{
    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        if (string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            return services;
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("newsroom-backend"))
            .WithTracing(tracing => tracing
                .AddAspNetCoreInstrumentation(aspnet =>
                {
                    aspnet.Filter = context => !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal);
                    // The address of a private page holds its token: the route's pattern stands in for it.
                    aspnet.EnrichWithHttpResponse = (activity, response) =>
                    {
                        if (PrivatePageAttribute.IsOn(response.HttpContext))
                            activity.SetTag("url.path", (response.HttpContext.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "***");
                    };
                })
                // The address of an outgoing webhook is often its receiver's secret, and a trace has it whole.
                .AddHttpClientInstrumentation(http => http.FilterHttpRequestMessage = request => !request.Headers.Contains("webhook-id"))
                .AddOtlpExporter())
            .WithMetrics(metrics => metrics
                .AddMeter("Newsroom")
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddOtlpExporter());
        return services;
    }
}
