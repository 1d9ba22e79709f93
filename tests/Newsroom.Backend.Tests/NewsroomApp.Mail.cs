using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Relays;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    /// <summary>What the letters' template needs.</summary>
    public static IReadOnlyDictionary<string, object?> LetterModel { get; } = new Dictionary<string, object?>
    {
        ["newsletters"] = new[] { "This Week" },
        ["confirm_url"] = PublicUrl + "/confirm/test",
        ["expires_on"] = "1 December 2026",
        ["never_url"] = PublicUrl + "/never/test",
    };

    private readonly Letters _letters = new();
    private long _lastLetter;

    /// <summary>The mail server the program talks to; scripts failures.</summary>
    public SmtpSink Smtp => _peers!.Smtp;

    /// <summary>What arrived there, in order.</summary>
    public IReadOnlyList<ReceivedMail> Mails => Smtp.Mails;

    /// <summary>What arrived for one reader.</summary>
    public IReadOnlyList<ReceivedMail> MailsTo(string address) => [.. Mails.Where(m => m.To.Equals(address, StringComparison.OrdinalIgnoreCase))];

    /// <summary>Writes an outgoing mail of a kind that only tests have, and enqueues it; gives its row's id.</summary>
    public async Task<long> WriteLetterAsync(string to, string? toName = null, bool reachesSuppressed = false) =>
        await WriteLetterAsync(() => new ComposedMail(EmailAddress.Parse(to), toName, "confirmation", LetterModel, reachesSuppressed));

    public async Task<long> WriteLetterAsync(Func<ComposedMail?> compose)
    {
        var subject = Interlocked.Increment(ref _lastLetter);
        _letters.Composing[subject] = compose;
        await ArrangeAsync(db =>
        {
            _program.Services.GetRequiredService<Outbox>().Add(db, Letters.TheKind, subject, Clock.GetUtcNow());
            return Task.CompletedTask;
        });
        _program.Services.GetRequiredService<Outbox>().EnqueueDue();
        return await ReadAsync(db => db.OutgoingMails.Where(m => m.Kind == Letters.TheKind && m.SubjectId == subject).Select(m => m.Id).SingleAsync());
    }

    public Task<OutgoingMail> OutgoingMailAsync(long id) => ReadAsync(db => db.OutgoingMails.AsNoTracking().SingleAsync(m => m.Id == id));

    /// <summary>The bytes as they would be sent.</summary>
    public async Task<BuiltMessage> BuildAsync(MessageParts parts) =>
        await _program.Services.GetRequiredService<MessageBuilder>().BuildAsync(parts, TestContext.Current.CancellationToken);

    public async Task<string> MarkAsync(MailedId mailed) => await _program.Services.GetRequiredService<MailMarks>().OfAsync(mailed, TestContext.Current.CancellationToken);

    public async Task<MailedId?> ReadMarkAsync(string mark) => await _program.Services.GetRequiredService<MailMarks>().ReadAsync(mark, TestContext.Current.CancellationToken);

    /// <summary>Straight to the relay, without a row.</summary>
    public Task<HandOver> HandOverAsync(BuiltMessage message) =>
        _program.Services.GetRequiredService<SmtpRelay>().HandOverAsync(message, TestContext.Current.CancellationToken);

    /// <summary>The same, held back before its final dot until <paramref name="mayGo"/>.</summary>
    public async Task<HandOver> HandOverAsync(BuiltMessage message, Task<bool> mayGo)
    {
        using var share = _program.Services.GetRequiredService<SmtpRelay>().Join(MailLane.Digest);
        await using var turn = await share.TakeTurnAsync(TestContext.Current.CancellationToken);
        return turn.Unopened ?? await turn.SendAsync(message, mayGo);
    }

    /// <summary>Every template with the sample its feature checks it with at start.</summary>
    public async Task<IReadOnlyList<(string Template, RenderedMail Mail)>> RenderSampleMailsAsync()
    {
        var templates = _program.Services.GetRequiredService<MailTemplates>();
        var site = _program.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<Newsroom.Backend.Web.SiteOptions>>().Value;
        var rendered = new List<(string, RenderedMail)>();
        foreach (var sample in _program.Services.GetServices<MailTemplateSample>())
            rendered.Add((sample.Template, await templates.RenderAsync(sample.Template, sample.Model(site), TestContext.Current.CancellationToken)));
        return rendered;
    }

    /// <summary>A whole list of the API, page by page.</summary>
    public async Task<IReadOnlyList<JsonElement>> ApiListAsync(string path, int limit = 50)
    {
        var items = new List<JsonElement>();
        for (string? after = null; ;)
        {
            var page = await Api.GetFromJsonAsync<JsonElement>($"{path}?limit={limit}&after={after}", TestContext.Current.CancellationToken);
            items.AddRange(page.GetProperty("items").EnumerateArray());
            if ((after = page.GetProperty("next").GetString()) is null)
                return items;
        }
    }

    public Task SuppressAsync(string address, SuppressionReason reason) =>
        _program.Services.GetRequiredService<SuppressionList>().SuppressAsync(EmailAddress.Parse(address), reason, null, Clock.GetUtcNow(), TestContext.Current.CancellationToken);

    /// <summary>Composes what the test says, when the outbox asks.</summary>
    private sealed class Letters : IMailComposer
    {
        public const string TheKind = "test-letter";

        public ConcurrentDictionary<long, Func<ComposedMail?>> Composing { get; } = [];

        public string Kind => TheKind;

        public Task<ComposedMail?> ComposeAsync(long subjectId, CancellationToken cancellationToken) => Task.FromResult(Composing[subjectId]());
    }
}

/// <summary>One program for all tests of a class that do not disturb each other.</summary>
public sealed class RunningNewsroom : IAsyncLifetime
{
    public NewsroomApp App { get; private set; } = null!;

    public async ValueTask InitializeAsync() => App = await NewsroomApp.StartAsync();

    public ValueTask DisposeAsync() => App.DisposeAsync();
}
