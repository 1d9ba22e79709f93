using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail.Bounces;
using Newsroom.Backend.Mail.Relays;

namespace Newsroom.Backend.Mail;

public enum OutgoingMailOutcome
{
    /// <summary>Not due any more, or another node has it.</summary>
    NotMine,

    /// <summary>The row says how it stands.</summary>
    Settled,

    /// <summary>No connection could be opened.</summary>
    NobodyAnswered,
}

/// <summary>One outgoing mail: claim, compose, take a turn at the relay, commit "handing over", send, settle.</summary>
public sealed partial class SendOutgoingMail(
    NewsroomDb db, IEnumerable<IMailComposer> composers, MailTemplates templates, MessageBuilder messages, SmtpRelay relay, SuppressionList suppressions,
    HeedAnswer heed, TimeProvider clock, ILogger<SendOutgoingMail> log)
{
    public async Task<OutgoingMailOutcome> RunAsync(long id, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
#pragma warning disable RS0030 // Names a claim; nothing secret hangs on it.
        var lease = Guid.NewGuid();
#pragma warning restore RS0030
        if (!await OutgoingMailRows.ClaimAsync(db, id, lease, now, cancellationToken))
            return OutgoingMailOutcome.NotMine;
        var row = await db.OutgoingMails.AsNoTracking().SingleAsync(m => m.Id == id, cancellationToken);
        Composition composition;
        try
        {
            composition = await ComposeAsync(row, now, cancellationToken);
        }
#pragma warning disable CA1031 // One mail's fault, whatever it is, is written on its row and keeps no other from going out.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogNotComposed(e, row.Kind, id);
            await OutgoingMailRows.SettleAsync(db, id, lease, MailSettlement.NotComposed(e, row.Attempts, now), now);
            return OutgoingMailOutcome.Settled;
        }
        if (composition.Message is { } message)
            return await HandOverAsync(row, lease, message, cancellationToken);
        await OutgoingMailRows.SettleAsync(db, id, lease, MailSettlement.Withheld(composition.WhyNot), now);
        return OutgoingMailOutcome.Settled;
    }

    private async Task<Composition> ComposeAsync(OutgoingMail row, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var composer = composers.FirstOrDefault(c => c.Kind == row.Kind) ?? throw new InvalidOperationException($"Nothing composes mails of the kind '{row.Kind}'.");
        if (await composer.ComposeAsync(row.SubjectId, cancellationToken) is not { } mail)
            return new Composition(null, "No longer wanted.");
        if (!mail.ReachesSuppressed && await IsBarredAsync(mail, now, cancellationToken))
            return new Composition(null, "The address is suppressed.");
        var message = await messages.BuildAsync(new MessageParts
        {
            To = mail.To,
            ToName = mail.ToName,
            Content = await templates.RenderAsync(mail.Template, mail.Model, cancellationToken),
            Date = now,
            Mailed = MailedId.Single(row.Id),
        }, cancellationToken);
        return new Composition(message, "");
    }

    private Task<bool> IsBarredAsync(ComposedMail mail, DateTimeOffset now, CancellationToken cancellationToken) => mail.AsksToConfirm
        ? suppressions.BlocksConfirmationAsync(mail.To, now, cancellationToken)
        : suppressions.HoldsAsync(mail.To, cancellationToken);

    private async Task<OutgoingMailOutcome> HandOverAsync(OutgoingMail row, Guid lease, BuiltMessage message, CancellationToken cancellationToken)
    {
        var addressHash = await suppressions.HashAsync(message.To, cancellationToken);
        // The turn is held until the outcome is committed: no more rows in doubt than connections.
        using var share = relay.Join(MailLane.Transactional);
        await using var turn = await share.TakeTurnAsync(cancellationToken);
        if (turn.Unopened is null && !await OutgoingMailRows.BeginHandOverAsync(db, row.Id, lease, addressHash, clock.GetUtcNow(), cancellationToken))
            return OutgoingMailOutcome.NotMine;
        // From here the row says "handing over": only an answer, or the sweep after a crash, ends that.
        var answer = turn.Unopened ?? await turn.SendAsync(message);
        var now = clock.GetUtcNow();
        var settlement = MailSettlement.Of(answer, row.Attempts, now);
        await UntilCommitted.RunAsync(() => OutgoingMailRows.SettleAsync(db, row.Id, lease, settlement, now), clock);
        LogAnswer(row.Kind, row.Id, answer.Result, answer.Code, answer.EnhancedCode);
        await heed.RunAsync(MailedId.Single(row.Id), message.To, answer, settlement.State == OutgoingMailState.Failed, now);
        return answer.Result == HandOverResult.NotSent ? OutgoingMailOutcome.NobodyAnswered : OutgoingMailOutcome.Settled;
    }

    private sealed record Composition(BuiltMessage? Message, string WhyNot);

    [LoggerMessage(LogLevel.Information, "Outgoing mail {Kind} {Id}: {Result} {Code} {EnhancedCode}")]
    private partial void LogAnswer(string kind, long id, HandOverResult result, int? code, string? enhancedCode);

    [LoggerMessage(LogLevel.Error, "Outgoing mail {Kind} {Id} could not be composed; it is tried again")]
    private partial void LogNotComposed(Exception exception, string kind, long id);
}
