using Newsroom.Backend.Web;

namespace Newsroom.Backend.Mail.Relays;

/// <param name="Name">As configured.</param>
/// <param name="Up">False: no connection could be opened of late.</param>
/// <param name="Why">What the last failed opening met, or what it asked us to wait for; null when it is up.</param>
/// <param name="DownSince">UTC; null when it is up.</param>
/// <param name="Weight">Its part among the relays.</param>
/// <param name="Open">Connections open now.</param>
/// <param name="DigestConnections">Connections that digests use at most now: grown and shrunk by what the relay can take.</param>
/// <param name="LastMinute">Messages it was asked to take in the last minute.</param>
/// <param name="LastHour">In the last hour, all processes together.</param>
/// <param name="LastDay">In the last 24 hours, all processes together.</param>
/// <param name="LeftThisHour">Of MaxPerHour; null without one.</param>
/// <param name="LeftToday">Of MaxPerDay; null without one.</param>
public sealed record RelayShape(
    string Name, bool Up, string? Why, DateTimeOffset? DownSince, int Weight, int Open, int DigestConnections,
    int LastMinute, int LastHour, int LastDay, int? LeftThisHour, int? LeftToday)
{
    internal static RelayShape Of(Relay relay, DateTimeOffset now)
    {
        var sent = relay.Allowance.Sent(now);
        var up = relay.Health.DownSince is null && !relay.Health.IsLeftAlone(now);
        return new RelayShape(
            relay.Name, up, up ? null : relay.Health.Why(now)?.Words, relay.Health.DownSince, relay.Options.Weight, relay.Lines.Open, relay.Pool.Now,
            sent.Minute, sent.Hour, sent.Day, Left(relay.Options.MaxPerHour, sent.Hour), Left(relay.Options.MaxPerDay, sent.Day));
    }

    private static int? Left(int most, int sent) => most > 0 ? Math.Max(0, most - sent) : null;
}

/// <summary><c>GET /api/v1/relays</c>: how the mail servers are that take the newsroom's mail.</summary>
internal static class RelaysApi
{
    public static void MapRelays(this IEndpointRouteBuilder routes) =>
        routes.MapApi("relays", scope: "read").MapGet("", List)
            .WithSummary("The relays: up or down and why, connections, what was sent, what may still be.").Produces<ListPage<RelayShape>>();

    private static IResult List(SmtpRelay relay) =>
        Results.Ok(new ListPage<RelayShape>(relay.Read(now => relay.Relays.Select(r => RelayShape.Of(r, now)).ToList()), null));
}
