using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Mail.Alerts;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>What a look at DNS found, for the next one.</summary>
/// <param name="Wrong">Subjects that were wrong by a definite answer: <c>spf</c>, <c>dkim</c> …</param>
/// <param name="NextIn">When to look again.</param>
internal sealed record DnsLook(IReadOnlyList<string> Wrong, TimeSpan NextIn)
{
    public static DnsLook None { get; } = new([], TimeSpan.Zero);
}

/// <summary>
/// Asks the doctor what DNS says of the sender, and tells staff what is wrong twice in a row: a record that is being replaced is away for a moment. A name server
/// that does not answer says neither that all is wrong nor that all is well.
/// </summary>
internal sealed class WatchDns(NewsroomDb db, Examine examine, AlertDesk alerts, IOptions<MailOptions> mail)
{
    public const string AlertKind = "mail.dns";

    /// <summary>While all is well.</summary>
    public static readonly TimeSpan Daily = TimeSpan.FromDays(1);

    /// <summary>Between two looks while something is wrong.</summary>
    public static readonly TimeSpan Apart = TimeSpan.FromHours(1);

    public async Task<DnsLook> RunAsync(DnsLook before, CancellationToken cancellationToken)
    {
        if (await examine.DnsAsync(cancellationToken) is not { } findings)
        {
            await alerts.ClearAsync(AlertKind, cancellationToken);
            return new DnsLook([], Daily);
        }
        var wrong = findings.Where(f => f.Result == CheckResult.Fail).ToList();
        var isOpen = await db.Alerts.AnyAsync(a => a.OpenKind == AlertKind, cancellationToken);
        if (wrong.Exists(f => isOpen || before.Wrong.Contains(f.Check, StringComparer.Ordinal)))
            await alerts.RaiseAsync(AlertKind, Message(wrong), cancellationToken);
        var isWell = wrong.Count == 0 && !findings.Any(f => f.IsUnheard);
        if (isWell)
            await alerts.ClearAsync(AlertKind, cancellationToken);
        return new DnsLook([.. wrong.Select(f => f.Check).Distinct()], wrong.Count > 0 || (isOpen && !isWell) ? Apart : Daily);
    }

    private string Message(List<Finding> wrong) =>
        $"What DNS says of {mail.Value.Sender!.Address.Domain}, which your mail is from, is not right: receivers may refuse or distrust it. "
        + $"Let the doctor look, on the staff page Settings or by the command `doctor`: it gives the records to publish. Found: {string.Join(" ", wrong.Select(f => f.Words))}";
}

/// <summary>Looks shortly after the start and then once a day, in each process that runs jobs; it keeps in mind what was wrong the last time.</summary>
internal sealed partial class WatchDnsDaily(IServiceScopeFactory scopes, IOptions<JobsOptions> jobs, TimeProvider clock, ILogger<WatchDnsDaily> logger) : BackgroundService
{
    // Who starts and stops a program again asks nobody.
    private static readonly TimeSpan AfterStart = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!jobs.Value.RunServer)
            return;
        var look = DnsLook.None with { NextIn = AfterStart };
        while (true)
        {
            await Task.Delay(look.NextIn, clock, stoppingToken);
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                look = await scope.ServiceProvider.GetRequiredService<WatchDns>().RunAsync(look, stoppingToken);
            }
            // Whatever it is (a template that was spoilt, a busy database): a watch that breaks must not stop the program.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotLooked(e);
                look = look with { NextIn = WatchDns.Apart };
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "What DNS says of the sender could not be looked at; it is tried again in an hour")]
    private partial void LogNotLooked(Exception exception);
}
