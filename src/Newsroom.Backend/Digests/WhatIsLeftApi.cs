using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Digests;

/// <summary>What staff do about readers who may not have a digest, or do not.</summary>
internal static class WhatIsLeftApi
{
    private const int MostNamed = 1000;

    /// <param name="Decision"><c>send</c> or <c>leave</c>.</param>
    /// <param name="Subscribers">Ids; left out: all that are uncertain.</param>
    public sealed record UncertainRequest(string? Decision, IReadOnlyList<string>? Subscribers);

    /// <param name="Decision">As asked.</param>
    /// <param name="Count">Rows that were settled so now.</param>
    /// <param name="Digest">As it is now.</param>
    public sealed record UncertainShape(UncertainDecision Decision, int Count, DigestShape? Digest);

    /// <param name="Refused">Readers refused for a fault of ours or of the message, to whom it goes again.</param>
    /// <param name="Cancelled">Readers cut off by cancelling, to whom it goes.</param>
    /// <param name="NoLongerReaders">Who has left or paused since: it does not go to them.</param>
    /// <param name="Digest">As it is now.</param>
    public sealed record MissingShape(int Refused, int Cancelled, int NoLongerReaders, DigestShape? Digest);

    public static void MapWhatIsLeft(this RouteGroupBuilder digests)
    {
        digests.MapPost("/{id}/uncertain", SettleAsync)
            .WithSummary("Settles what is uncertain: 'send' mails these readers again, at the risk that one gets it twice; 'leave' lets them be. "
                + "List them with deliveries?state=uncertain.")
            .Produces<UncertainShape>().ProducesProblem(404).ProducesProblem(409).ProducesValidationProblem(422);
        digests.MapPost("/{id}/missing", SendAsync)
            .WithSummary("Sends a digest that is over to those who miss it: refused for a fault of ours or of the message, or cut off by cancelling.")
            .Produces<MissingShape>().ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<IResult> SettleAsync(
        string id, UncertainRequest request, SettleUncertain settle, NewsroomDb db, Ledgers ledgers, CancellationToken cancellationToken)
    {
        if (!Enum.TryParse<UncertainDecision>(request.Decision, ignoreCase: true, out var decision) || !Enum.IsDefined(decision) || char.IsDigit(request.Decision![0]))
            return Api.Invalid("decision", "Give send, to mail these readers again, or leave, to let them be.");
        if (request.Subscribers is { } named && (named.Count is 0 or > MostNamed || named.Any(string.IsNullOrWhiteSpace)))
            return Api.Invalid("subscribers", $"Name 1 to {MostNamed} subscribers by their ids, or leave subscribers out for all.");
        return await settle.RunAsync(id, decision, request.Subscribers, cancellationToken) switch
        {
            SettleOutcome.Settled(var count) => Results.Ok(new UncertainShape(decision, count, await DigestShape.FindAsync(db, ledgers, id, cancellationToken))),
            SettleOutcome.NotNow(var why) => Api.Conflict(why),
            _ => Api.NotFound("digest"),
        };
    }

    private static async Task<IResult> SendAsync(string id, SendToTheMissing send, NewsroomDb db, Ledgers ledgers, CancellationToken cancellationToken) =>
        await send.RunAsync(id, cancellationToken) switch
        {
            MissingOutcome.Opened(var refused, var cancelled, var gone) =>
                Results.Ok(new MissingShape(refused, cancelled, gone, await DigestShape.FindAsync(db, ledgers, id, cancellationToken))),
            MissingOutcome.NotNow(var why) => Api.Conflict(why),
            _ => Api.NotFound("digest"),
        };
}
