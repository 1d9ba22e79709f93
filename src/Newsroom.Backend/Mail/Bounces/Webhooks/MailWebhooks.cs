using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Mail.Bounces.Webhooks;

/// <summary>
/// <c>POST /webhooks/mail/{provider}</c>: <c>ses</c>, <c>postmark</c>, <c>sendgrid</c>, <c>mailgun</c>. 200 once everything in it is committed, now or
/// before; 400 no JSON, 401 not authentic, 404 not configured, 413 too large, 503 to be sent again.
/// </summary>
public sealed partial class MailWebhooks(
    IOptions<MailOptions> mail, TakeVerdicts take, SnsMessages sns, SpentTokens spent, TimeProvider clock, ILogger<MailWebhooks> log)
{
    private const int Largest = 2 * 1024 * 1024;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(
        "/webhooks/mail/{provider}",
        (string provider, HttpRequest request, MailWebhooks webhooks, CancellationToken cancellationToken) => webhooks.RunAsync(provider, request, cancellationToken))
        .WithMetadata(new RequestSizeLimit(Largest)).AllowAnonymous().ExcludeFromDescription();

    private async Task<IResult> RunAsync(string provider, HttpRequest request, CancellationToken cancellationToken)
    {
        var options = mail.Value.Webhooks;
        Func<byte[], JsonElement, CancellationToken, Task<IResult>>? hear = provider switch
        {
            "ses" when options.Ses.Topics.Count > 0 => SesAsync,
            "postmark" when !string.IsNullOrEmpty(options.Postmark.UserName) => (_, json, token) =>
                PostmarkEvents.Authenticates(request.Headers.Authorization, options.Postmark)
                    ? TakeAsync(ReportSource.Postmark, PostmarkEvents.Read(json), token) : Refused(provider, "User name or password are wrong."),
            "sendgrid" when !string.IsNullOrEmpty(options.SendGrid.PublicKey) => (body, json, token) =>
                SendGridEvents.Signs(request.Headers[SendGridEvents.SignatureHeader], request.Headers[SendGridEvents.TimestampHeader], body, options.SendGrid)
                    ? TakeAsync(ReportSource.Sendgrid, SendGridEvents.Read(json), token) : Refused(provider, "The signature is not SendGrid's."),
            "mailgun" when !string.IsNullOrEmpty(options.Mailgun.SigningKey) => MailgunAsync,
            _ => null,
        };
        if (hear is null)
            return Results.Problem(statusCode: StatusCodes.Status404NotFound, title: "No such webhook is configured here: see Mail:Webhooks.");
        if (await BoundedBody.ReadAsync(request, Largest, cancellationToken) is not { } bytes)
            return Results.Problem(statusCode: StatusCodes.Status413PayloadTooLarge, title: "The event is larger than 2 MB.");
        try
        {
            // The parser does not look at the bytes within a text (RFC 8259 §8.1).
            if (Utf8.IsValid(bytes))
            {
                using var json = JsonDocument.Parse(bytes);
                return await hear(bytes, json.RootElement, cancellationToken);
            }
        }
        catch (JsonException)
        {
            // Said below.
        }
        return Results.Problem(statusCode: StatusCodes.Status400BadRequest, title: "The body is no JSON.");
    }

    private async Task<IResult> SesAsync(byte[] body, JsonElement message, CancellationToken cancellationToken)
    {
        if (message.Text("TopicArn") is not { } topic || !mail.Value.Webhooks.Ses.Topics.Contains(topic, StringComparer.Ordinal))
            return await Refused("ses", "The topic is not one of Mail:Webhooks:Ses:TopicArn.");
        try
        {
            if (!await sns.IsGenuineAsync(message, cancellationToken))
                return await Refused("ses", "The signature is not Amazon's.");
            if (message.Text("Type") == "SubscriptionConfirmation")
                return await sns.ConfirmAsync(message, cancellationToken) ? Results.Ok() : await Refused("ses", "SubscribeURL is not Amazon's.");
        }
        // The client's own time-out is a cancelled task.
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            LogNotReached(e);
            return Results.Problem(statusCode: StatusCodes.Status503ServiceUnavailable, title: "Amazon could not be reached to check the message. Send it again.");
        }
        if (message.Text("Type") != "Notification" || message.Text("MessageId") is not { } id || message.Text("Message") is not { } text)
            return Results.Ok();
        JsonElement inner;
        try
        {
            inner = JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            // SES's own test of a topic is plain words.
            return Results.Ok();
        }
        return await TakeAsync(ReportSource.Ses, SesEvents.Read(id, inner), cancellationToken);
    }

    private async Task<IResult> MailgunAsync(byte[] body, JsonElement json, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (!MailgunEvents.Signs(json, mail.Value.Webhooks.Mailgun, now))
            return await Refused("mailgun", "The signature is missing, too old, or not made with this signing key.");
        var events = MailgunEvents.Read(json).ToList();
        // Whether it had consequences or not: nobody may fill the same envelope with another letter.
        if (events.TrueForAll(e => spent.IsSpent(e.Id, now)))
            return Results.Ok();
        var (result, isTaken) = await TakeAllAsync(ReportSource.Mailgun, events, cancellationToken);
        if (isTaken)
            events.ForEach(e => spent.Spend(e.Id, now));
        return result;
    }

    private async Task<IResult> TakeAsync(ReportSource source, IEnumerable<WebhookEvent> events, CancellationToken cancellationToken) =>
        (await TakeAllAsync(source, events, cancellationToken)).Answer;

    private async Task<(IResult Answer, bool IsTaken)> TakeAllAsync(ReportSource source, IEnumerable<WebhookEvent> events, CancellationToken cancellationToken)
    {
        var isTaken = true;
        foreach (var one in events)
        {
            var taken = await take.RunAsync(new IncomingReport(source, IncomingReport.HashOf(one.Id), one.Verdicts), cancellationToken);
            isTaken &= taken.All(t => t.Outcome != ReportOutcome.Early);
        }
        return (isTaken ? Results.Ok() : Results.Problem(
            statusCode: StatusCodes.Status503ServiceUnavailable, title: "A mail in it is being handed over just now. Send it again."), isTaken);
    }

    private Task<IResult> Refused(string provider, string why)
    {
        LogRefused(provider, why);
        return Task.FromResult(Results.Problem(statusCode: StatusCodes.Status401Unauthorized, title: why));
    }

    [LoggerMessage(LogLevel.Warning, "A mail webhook of {Provider} was refused: {Why}")]
    private partial void LogRefused(string provider, string why);

    [LoggerMessage(LogLevel.Warning, "Amazon could not be reached to check or confirm an SNS message; SNS sends it again")]
    private partial void LogNotReached(Exception exception);
}

/// <summary>Mailgun's tokens of the last day that have had their effect in this process; each one's row, where it has one, outlives it.</summary>
public sealed class SpentTokens
{
    private const int Most = 100_000;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTimeOffset> _spent = new(StringComparer.Ordinal);
    private readonly Queue<(string Token, DateTimeOffset At)> _inOrder = new();

    public bool IsSpent(string token, DateTimeOffset now)
    {
        lock (_lock)
            return _spent.TryGetValue(token, out var at) && at > now - Kept;
    }

    public void Spend(string token, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_spent.TryAdd(token, now))
                _inOrder.Enqueue((token, now));
            while (_inOrder.TryPeek(out var oldest) && (_inOrder.Count > Most || oldest.At <= now - Kept))
                _spent.Remove(_inOrder.Dequeue().Token);
        }
    }
}
