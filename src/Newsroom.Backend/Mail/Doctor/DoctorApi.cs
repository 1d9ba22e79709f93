using Newsroom.Backend.Web;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary><c>GET /api/v1/doctor</c>: how the newsroom's mail stands. Looks, sends nothing; takes up to 20 seconds.</summary>
internal static class DoctorApi
{
    public static void MapDoctor(this IEndpointRouteBuilder routes) =>
        routes.MapApi("doctor", scope: ApiScopes.Read)
            .MapGet("", async (Examine examine, CancellationToken cancellationToken) => Results.Ok(await examine.RunAsync(cancellationToken)))
            .WithSummary("Whether mail can arrive: DNS records, relay, keys, one-click unsubscribe. Sends nothing; takes up to 20 seconds.").Produces<Examination>();
}
