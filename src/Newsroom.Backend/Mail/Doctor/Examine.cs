using Microsoft.Extensions.Options;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>What the checks look at.</summary>
/// <param name="From">The address in <c>Mail:From</c>.</param>
/// <param name="Sample">A digest's mail, built and signed as one that leaves.</param>
/// <param name="RelayHost"><c>Mail:Smtp:Host</c>.</param>
/// <param name="Now">The instant of the examination.</param>
public sealed record Examined(EmailAddress From, BuiltMessage Sample, string RelayHost, DateTimeOffset Now)
{
    /// <summary>Where mail servers report to that a mail did not arrive, and what SPF is about.</summary>
    public EmailAddress Envelope => Sample.Sender;
}

/// <summary>One subject of the examination. Its own troubles with the network are findings.</summary>
public interface ICheck
{
    string Name { get; }

    Task<IReadOnlyList<Finding>> RunAsync(Examined examined, CancellationToken cancellationToken);
}

/// <param name="At">UTC.</param>
/// <param name="Result">The worst of all.</param>
/// <param name="Findings">In a fixed order of subjects.</param>
public sealed record Examination(DateTimeOffset At, CheckResult Result, IReadOnlyList<Finding> Findings)
{
    /// <summary>The same with more findings.</summary>
    public Examination With(IReadOnlyList<Finding> more) => Of(At, [.. Findings, .. more]);

    internal static Examination Of(DateTimeOffset at, IReadOnlyList<Finding> findings)
    {
        CheckResult[] byWeight = [CheckResult.Fail, CheckResult.Warn];
        return new Examination(at, byWeight.FirstOrDefault(r => findings.Any(f => f.Result == r), CheckResult.Ok), findings);
    }
}

/// <summary>
/// Looks at everything that decides whether the newsroom's mail arrives: its DNS, its relay, its keys, the mail itself. Sends nothing and changes
/// nothing. The checks run side by side, and one that hangs or breaks is a finding of its own: it takes the others' answers from nobody.
/// </summary>
public sealed partial class Examine(
    IEnumerable<ICheck> checks, SiteCheck site, SampleMail sample, MailReadiness readiness, IOptions<MailOptions> mail, TimeProvider clock, ILogger<Examine> logger)
{
    /// <summary>Of one check; all run at once, so the whole takes little longer.</summary>
    internal static readonly TimeSpan LongestCheck = TimeSpan.FromSeconds(20);

    private readonly ILogger<Examine> _logger = logger;

    public async Task<Examination> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var findings = new List<Finding>(site.Run());
        if (readiness.Missing is { } missing)
            findings.Add(Finding.Fail("mail", missing, "Set these first; the rest is looked at then."));
        else if (mail.Value.Transport == MailTransport.Capture)
            findings.Add(Finding.Skipped("mail", "Mail is caught by the demo's inbox and leaves nowhere.", "Set Mail:Smtp:Host to the relay."));
        else
            findings.AddRange(await LookAsync(checks, now, cancellationToken));
        return Examination.Of(now, findings);
    }

    /// <summary>Only what DNS says of the sender; the relay is left in peace. Null where no mail leaves: none is set up, or the demo's inbox catches it.</summary>
    internal async Task<IReadOnlyList<Finding>?> DnsAsync(CancellationToken cancellationToken) =>
        readiness.Missing is not null || mail.Value.Transport == MailTransport.Capture ? null
            : await LookAsync(checks.Where(c => c is SpfCheck or DkimCheck or DmarcCheck or PtrCheck), clock.GetUtcNow(), cancellationToken);

    private async Task<IReadOnlyList<Finding>> LookAsync(IEnumerable<ICheck> wanted, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var sender = mail.Value.Sender!.Address;
        var examined = new Examined(sender, await sample.BuildAsync(sender, now, cancellationToken), mail.Value.Smtp.Host, now);
        return [.. (await Task.WhenAll(wanted.Select(c => RunAsync(c, examined, cancellationToken)))).SelectMany(f => f)];
    }

    private async Task<IReadOnlyList<Finding>> RunAsync(ICheck check, Examined examined, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(LongestCheck, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await check.RunAsync(examined, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [Finding.Unheard(check.Name, $"There was no answer within {LongestCheck.TotalSeconds:0} seconds.",
                "Look again; when it stays so, look for what lies between: a firewall, a name server, the relay.")];
        }
        // Whatever it is: the other checks' findings are worth more than this one's fault.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogBroken(e, check.Name);
            return [Finding.Unheard(check.Name, $"This could not be looked at: {e.Message}", "The log has more.")];
        }
    }

    [LoggerMessage(LogLevel.Error, "The check {Check} broke off")]
    private partial void LogBroken(Exception exception, string check);
}
