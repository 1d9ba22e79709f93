using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <param name="Released">How many no longer wait.</param>
public sealed record ReleasedShape(int Released);

/// <param name="Discarded">How many are forgotten.</param>
public sealed record DiscardedShape(int Discarded);

/// <summary><c>/api/v1/signups/held</c>: what a flood keeps back, and what staff decide about it.</summary>
internal static class HeldSignUpsApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var held = routes.MapApi("signups", scope: "subscribers").MapGroup("held");
        held.MapGet("", async (HeldSignUps held, CancellationToken cancellationToken) => Results.Ok(await held.LookAsync(cancellationToken)))
            .WithSummary("How many sign-ups are held, since when, and from how many networks.").Produces<HeldShape>();
        held.MapPost("release", async (ReleaseHeld release, CancellationToken cancellationToken) => Results.Ok(new ReleasedShape(await release.RunAsync(cancellationToken))))
            .WithSummary("Gives every held sign-up its confirmation mail.").Produces<ReleasedShape>();
        held.MapPost("discard", async (DiscardHeld discard, CancellationToken cancellationToken) => Results.Ok(new DiscardedShape(await discard.RunAsync(cancellationToken))))
            .WithSummary("Forgets every held sign-up, and who is nothing but one.").Produces<DiscardedShape>();
    }
}
