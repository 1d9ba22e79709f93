using System.Threading.Channels;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Relays;

namespace Newsroom.Backend.Digests;

/// <summary>A message ready to be handed over.</summary>
/// <param name="Due">For which row.</param>
/// <param name="Message">What is sent.</param>
/// <param name="Date">The message's, in whole seconds: the row keeps it, and the same bytes can be made again.</param>
internal sealed record ReadyDelivery(DueDelivery Due, BuiltMessage Message, DateTimeOffset Date);

/// <summary>
/// One line's work in a slice, message after message: <c>turn → body … gate → final dot → answer</c>. While the body is written, one commit says
/// that this row is being handed over and that the one before was accepted; the final dot waits for it. So a line never has more than
/// one row in doubt, and never waits for the disk twice.
/// </summary>
internal sealed class SliceLine(
    DeliveryWriter writer, LaneShare share, ReceivingLimits receiving, HeardRefusals refusals, SliceBrake brake, Guid leaseId, TimeProvider clock)
{
    private SmtpTurn? _turn;

    /// <summary>Accepted and not settled yet: it goes into the next row's commit. Until then the place is kept (<see cref="_turn"/>).</summary>
    private Acceptance? _owed;

    public async Task RunAsync(ChannelReader<ReadyDelivery> ready)
    {
        try
        {
            while (!brake.Ends && await NextAsync(ready) is { } next)
                await HandOverAsync(next);
        }
        catch
        {
            brake.End();
            throw;
        }
        finally
        {
            await LetGoAsync();
        }
    }

    private async ValueTask<ReadyDelivery?> NextAsync(ChannelReader<ReadyDelivery> ready)
    {
        if (ready.TryRead(out var next))
            return next;
        await LetGoAsync();
        while (await ready.WaitToReadAsync())
        {
            if (ready.TryRead(out next))
                return next;
        }
        return null;
    }

    private async Task HandOverAsync(ReadyDelivery next)
    {
        var turn = _turn = await TakeTurnAsync();
        if (turn is null || brake.Ends)
            return;
        if (turn.Unopened is { } unopened)
        {
            await SettleAsync(next, unopened);
            return;
        }
        var beginning = new Beginning(next.Due.Claim.Id, next.Due.AddressHash, next.Date);
        var gate = writer.BeginAsync(beginning, _owed);
        // From here on the row may say "handing over": only an answer, or the sweep after a crash, ends that. Nothing cancels.
        var answer = await turn.SendAsync(next.Message, IsOpenAsync(gate));
        var said = await gate;
        _owed = null;
        if (said == Gate.Closed)
            brake.End();
        if (answer.Result == HandOverResult.Accepted)
            Accept(next, answer);
        else if (said == Gate.Open || answer.Result != HandOverResult.NotSent)
            await SettleAsync(next, answer);
    }

    /// <summary>The same place again where nobody else waits for it; null when the lane is held or the server stops meanwhile.</summary>
    private async Task<SmtpTurn?> TakeTurnAsync()
    {
        if (share.Held is null && _turn is { } before && share.TryContinue(before) is { } same)
            return same;
        await LetGoAsync();
        if (share.Held is not null)
        {
            brake.End();
            return null;
        }
        try
        {
            // Nothing of the next message has begun: a stopping server waits neither for a relay's pace nor for a line that does not open.
            return await share.TakeTurnAsync(brake.Stopping);
        }
        catch (OperationCanceledException) when (brake.Stopping.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<bool> IsOpenAsync(Task<Gate> gate) => await gate == Gate.Open;

    private void Accept(ReadyDelivery next, HandOver answer)
    {
        var now = clock.GetUtcNow();
        _owed = new Acceptance(next.Due.Claim.Id, now);
        receiving.Heard(next.Due.Address, answer, now);
        brake.Note(next.Due.Claim, answer);
    }

    private async Task SettleAsync(ReadyDelivery next, HandOver answer)
    {
        var (claim, now) = (next.Due.Claim, clock.GetUtcNow());
        var settlement = Settlement.Of(answer, claim.Attempts, now);
        var refusedForUs = brake.Note(claim, answer);
        await writer.CommitAtLastAsync(db => DeliveryRows.SettleAsync(db, claim.Id, leaseId, settlement, now));
        receiving.Heard(next.Due.Address, answer, now);
        if (refusedForUs.Count == 0 && brake.PutsBack(claim, answer))
            refusedForUs = [claim.Id];
        if (refusedForUs.Count > 0)
            await writer.CommitAtLastAsync(db => DeliveryRows.PutBackAsync(db, refusedForUs, leaseId, now + SliceBrake.PutBackFor));
        await refusals.HearAsync(next.Due, answer, settlement.State == DeliveryState.Refused, now);
    }

    /// <summary>Settles what is owed, then gives the place back: a kill leaves no more rows in doubt than there are connections.</summary>
    private async Task LetGoAsync()
    {
        var (owed, turn) = (_owed, _turn);
        (_owed, _turn) = (null, null);
        try
        {
            if (owed is not null)
                await writer.AcceptAsync(owed);
        }
        finally
        {
            // Whatever happens: a place that nobody gives back is one less for as long as the program runs.
            if (turn is not null)
                await turn.DisposeAsync();
        }
    }
}
