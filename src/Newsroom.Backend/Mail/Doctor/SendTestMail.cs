using MailKit.Net.Smtp;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Mail.Relays;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>One relay's part.</summary>
/// <param name="Relay">The section of its settings: <c>Mail:Smtp</c>.</param>
/// <param name="Host">Where.</param>
/// <param name="Accepted">True when it took the mail: it will try to deliver it, no more.</param>
/// <param name="Meaning">A sentence.</param>
/// <param name="Advice">What to do; null when it was accepted.</param>
/// <param name="MessageId">To look for in its log, without angle brackets.</param>
/// <param name="Transcript">What both sides said. No password, no message.</param>
public sealed record RelayTest(string Relay, string Host, bool Accepted, string Meaning, string? Advice, string MessageId, IReadOnlyList<string> Transcript);

public abstract record TestMailOutcome
{
    private TestMailOutcome()
    {
    }

    public sealed record Tried(IReadOnlyList<RelayTest> Relays) : TestMailOutcome;

    public sealed record BadAddress : TestMailOutcome;

    public sealed record NotNow(string Why) : TestMailOutcome;
}

/// <summary>Sends one mail that says it is a test over each relay, and keeps every word of the conversation.</summary>
public sealed class SendTestMail(
    MailReadiness readiness, SuppressionList suppressions, MailTemplates templates, MessageBuilder messages, IOptions<MailOptions> mail,
    IOptions<SiteOptions> site, TimeProvider clock)
{
    public const string Template = "test";

    /// <summary>Repeats the Message-ID for <see cref="TestMailbox"/>: some relays (Amazon SES) give the mail one of their own.</summary>
    internal const string MarkHeader = "X-Newsroom-Test";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static IReadOnlyDictionary<string, object?> Sample { get; } = Model("smtp.example.org", "Tuesday, December 1, 2026 7:00 AM");

    public async Task<TestMailOutcome> RunAsync(string? to, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryParse(to, out var address))
            return new TestMailOutcome.BadAddress();
        if (readiness.Missing is { } missing)
            return new TestMailOutcome.NotNow(missing);
        if (await suppressions.HoldsAsync(address, cancellationToken))
            return new TestMailOutcome.NotNow("That address is on the suppression list and gets nothing: take another one.");
        var tests = new List<RelayTest>();
        foreach (var (key, relay) in mail.Value.AllRelays.Where(r => r.Relay.Host.Length > 0))
            tests.Add(await TryAsync(key, relay, await BuildAsync(address, relay.Host, tests.Count, cancellationToken), cancellationToken));
        return new TestMailOutcome.Tried(tests);
    }

    private async Task<BuiltMessage> BuildAsync(EmailAddress to, string host, int number, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var sentAt = TimeZoneInfo.ConvertTime(now, site.Value.Zone).ToString("f", site.Value.Culture);
        var content = await templates.RenderAsync(Template, Model(host, sentAt), cancellationToken);
        // A millisecond apart, so that each relay's mail has an id of its own.
        var parts = new MessageParts { To = to, Content = content, Date = now, Mailed = MailedId.Test(0, now.AddMilliseconds(number)) };
        var message = await messages.BuildAsync(parts, cancellationToken);
        return message with { Fields = [.. message.Fields, HeaderText.Raw(MarkHeader, message.MessageId)] };
    }

    private async Task<RelayTest> TryAsync(string key, SmtpOptions relay, BuiltMessage message, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var visit = new RelayVisit(relay);
        try
        {
            await visit.OpenAsync(either.Token);
            var answer = SmtpAnswer.Words(await visit.SendAsync(message, either.Token));
            await visit.CloseAsync(either.Token);
            var meaning = $"{relay.Host} took the mail: {answer} It will try to deliver it; whether it arrives, and where, the mailbox shows.";
            return new RelayTest(key, relay.Host, true, meaning, null, message.MessageId, visit.Transcript.Lines);
        }
        catch (Exception e) when (RelayVisit.IsFailure(e) || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var (words, advice) = RelayTrouble.Of(e, visit, key, relay);
            visit.Transcript.Note(e is SmtpCommandException ? "refused" : HeaderText.OneLine(e.Message) ?? "broken off");
            return new RelayTest(key, relay.Host, false, words, advice, message.MessageId, visit.Transcript.Lines);
        }
    }

    private static Dictionary<string, object?> Model(string relay, string sentAt) => new(StringComparer.Ordinal) { ["relay"] = relay, ["sent_at"] = sentAt };
}
