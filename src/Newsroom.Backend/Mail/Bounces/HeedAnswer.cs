namespace Newsroom.Backend.Mail.Bounces;

/// <summary>
/// A refusal while the mail is handed over says the same as a bounce that comes later, and follows the same rules. Safe to call from many threads:
/// each call has a database context of its own.
/// </summary>
public sealed class HeedAnswer(IServiceScopeFactory scopes, SuppressionList suppressions)
{
    /// <param name="mailed">Which mail.</param>
    /// <param name="address">Whom it was for.</param>
    /// <param name="answer">What the server said.</param>
    /// <param name="isFinal">False while it is going to be tried again: a delay is no bounce.</param>
    /// <param name="now">When.</param>
    /// <returns>True when the address is on the list now because of it.</returns>
    public async Task<bool> RunAsync(MailedId mailed, Primitives.EmailAddress address, HandOver answer, bool isFinal, DateTimeOffset now)
    {
        if (answer.Owner != FaultOwner.Reader || answer.Result is not (HandOverResult.Refused or HandOverResult.Later) || !(isFinal || answer.EndsTheAddress))
            return false;
        var meaning = BounceMeaning.Of(answer.EnhancedCode, answer.Code, answer.Answer);
        var reason = answer.Result == HandOverResult.Later && meaning.Reason == BounceReasons.Unknown ? BounceReasons.Expired : meaning.Reason;
        var verdict = new BounceVerdict(answer.EndsTheAddress ? BounceKind.Hard : BounceKind.Soft, [address.Value], answer.EnhancedCode, reason, answer.Words);
        var to = new MailedTo(await suppressions.HashAsync(address, CancellationToken.None), address, now);
        var id = IncomingReport.HashOf($"{mailed.Kind} {mailed.DigestId} {mailed.RecipientId} {now.UtcTicks}");
        await using var scope = scopes.CreateAsyncScope();
        // The server has spoken: nothing cancels hearing it.
        return await scope.ServiceProvider.GetRequiredService<TakeVerdicts>().HeedAsync(
            new IncomingReport(ReportSource.Smtp, id, [verdict]), mailed, to, CancellationToken.None);
    }
}
