using System.Globalization;
using System.Text;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Relays;

namespace Newsroom.Backend.Tests.Relays;

/// <summary>
/// Meets each answer at each step of the dialogue with the real program, and writes down what becomes of a digest's row. The table of
/// docs/smtp-answers.md is what this test found.
/// </summary>
public sealed class TheTableOfAnswers
{
    private static readonly SmtpStep[] Steps = [SmtpStep.Connect, SmtpStep.Ehlo, SmtpStep.Auth, SmtpStep.Mail, SmtpStep.Rcpt, SmtpStep.Data, SmtpStep.Dot];

    private static readonly (string Name, string Line)[] Answers =
    [
        ("421", "421 Closing"), ("450", "450 Not now"), ("451", "451 Local trouble"), ("452", "452 No room"), ("451 4.7.1", "451 4.7.1 Rate limit exceeded"),
        ("550", "550 No"), ("550 5.1.1", "550 5.1.1 No such user"), ("550 5.7.1", "550 5.7.1 Not allowed"), ("552", "552 Too large"), ("552 5.2.2", "552 5.2.2 Mailbox full"),
        ("554", "554 No"), ("554 5.6.0", "554 5.6.0 Malformed"), ("drop", SmtpSink.Drop), ("stall", SmtpSink.Stall),
    ];

    [Fact]
    public async Task Is_what_the_program_does()
    {
        var table = new StringBuilder();
        foreach (var step in Steps)
        {
            table.Append(CultureInfo.InvariantCulture, $"\n## {Title(step)}\n\n| answer | the row | owner | next attempt | ends the address |\n|---|---|---|---|---|\n");
            await AppendRowsAsync(table, step);
        }
        var file = Path.Combine(TopFolder(), "docs", "smtp-answers.md");
        var text = (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n");
        var begins = text.IndexOf("\n## ", StringComparison.Ordinal);
        Assert.True(begins > 0 && text[begins..].Trim() == table.ToString().Trim(), $"Put this into {file}, after its introduction:\n{table}");
    }

    private static async Task AppendRowsAsync(StringBuilder table, SmtpStep step)
    {
        await using var sink = SmtpSink.Start(credentials: "newsroom:hush");
        await using var app = await NewsroomApp.StartAsync(new()
        {
            ["Mail:Smtp:Port"] = sink.Port.ToString(CultureInfo.InvariantCulture),
            ["Mail:Smtp:UserName"] = "newsroom",
            ["Mail:Smtp:Password"] = "hush",
        });
        foreach (var (name, line) in Answers)
        {
            table.AppendLine(await RowAsync(app, sink, step, name, line));
            // No line waits any more, and no relay is left alone for what came before.
            app.Clock.Advance(TimeSpan.FromMinutes(2));
        }
    }

    private static async Task<string> RowAsync(NewsroomApp app, SmtpSink sink, SmtpStep step, string name, string line)
    {
        // MailKit follows a refused EHLO with HELO, and meets the same.
        sink.On(step, line, times: step == SmtpStep.Ehlo ? 2 : 1);
        var sending = app.SendAsync(MailLane.Digest);
        if (line == SmtpSink.Stall)
        {
            await NewsroomApp.UntilAsync(() => sink.Stalled > 0);
            app.Clock.Advance(SmtpRelay.Deadline + TimeSpan.FromSeconds(1));
        }
        var answer = await sending;
        var now = app.Clock.GetUtcNow();
        var row = Settlement.Of(answer, 0, now);
        var next = row.NextAttemptAt is { } at ? $"in {Minutes(at - now)}{(row.Attempts == 0 ? ", without end" : ", then for two days")}" : "none";
        return $"| {name} | {row.State.ToString().ToLowerInvariant()} | {answer.Owner.ToString().ToLowerInvariant()} | {next} | {(answer.EndsTheAddress ? "yes" : "no")} |";
    }

    private static string Minutes(TimeSpan wait) => wait.TotalMinutes == 1 ? "1 minute" : string.Create(CultureInfo.InvariantCulture, $"{wait.TotalMinutes:0} minutes");

    private static string Title(SmtpStep step) => step switch
    {
        SmtpStep.Connect => "At the greeting",
        SmtpStep.Ehlo => "To EHLO",
        SmtpStep.Auth => "To AUTH",
        SmtpStep.Mail => "To MAIL",
        SmtpStep.Rcpt => "To RCPT",
        SmtpStep.Data => "To DATA",
        SmtpStep.Dot => "After the final dot",
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, null),
    };

    private static string TopFolder()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Newsroom.Backend.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Not inside the newsroom's folders.");
        return folder;
    }
}
