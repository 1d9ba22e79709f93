using Newsroom.Backend.Digests;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Tests.Digests;

public sealed class WhatAnAnswerMakesOfADelivery
{
    private static readonly DateTimeOffset Now = NewsroomApp.Start;

    [Theory]
    [InlineData(HandOverResult.Accepted, FaultOwner.None, DeliveryState.Accepted, 1)]
    [InlineData(HandOverResult.Refused, FaultOwner.Reader, DeliveryState.Refused, 1)]
    [InlineData(HandOverResult.Refused, FaultOwner.Content, DeliveryState.Refused, 1)]
    // 5yz is not to be repeated (RFC 5321 §4.2.1); several in a row for our own fault are put back when the digest is stopped.
    [InlineData(HandOverResult.Refused, FaultOwner.Server, DeliveryState.Refused, 1)]
    [InlineData(HandOverResult.Later, FaultOwner.Reader, DeliveryState.Deferred, 1)]
    [InlineData(HandOverResult.Later, FaultOwner.Server, DeliveryState.Deferred, 1)]
    [InlineData(HandOverResult.Unknown, FaultOwner.Server, DeliveryState.Uncertain, 1)]
    // Nobody was asked: no attempt is used up.
    [InlineData(HandOverResult.NotSent, FaultOwner.Server, DeliveryState.Deferred, 0)]
    public void Follows_from_its_result_and_whose_fault_it_is(HandOverResult result, FaultOwner owner, DeliveryState state, int attempts)
    {
        var settlement = Settlement.Of(new HandOver(result, 450, "4.2.0", "words", owner), 0, Now);
        Assert.Equal((state, attempts), (settlement.State, settlement.Attempts));
        Assert.Equal(state == DeliveryState.Deferred, settlement.NextAttemptAt > Now);
        // What was taken keeps no words: the relay's log finds it by its Message-ID.
        Assert.Equal(state == DeliveryState.Accepted ? null : "4.2.0 words", settlement.Answer);
        Assert.Equal(owner == FaultOwner.None ? null : owner, settlement.Owner);
    }

    [Fact]
    public void Tries_for_two_days_and_then_gives_up()
    {
        var (now, attempts) = (Now, 0);
        while (true)
        {
            var settlement = Settlement.Of(new HandOver(HandOverResult.Later, 451, "4.7.1", "greylisted", FaultOwner.Reader), attempts, now);
            attempts = settlement.Attempts;
            if (settlement.State == DeliveryState.Refused)
                break;
            now = settlement.NextAttemptAt!.Value;
        }
        Assert.InRange(now - Now, TimeSpan.FromHours(46), TimeSpan.FromHours(48));
    }
}
