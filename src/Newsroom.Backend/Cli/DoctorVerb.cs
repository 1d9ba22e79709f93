using System.CommandLine;
using Newsroom.Backend.Mail.Doctor;

namespace Newsroom.Backend.Cli;

internal static class DoctorVerb
{
    public static Command Create(VerbHost host)
    {
        var mailbox = new Option<bool>("--mailbox")
        {
            Description = "Also sends a test to Mail:Doctor:Mailbox, waits up to two minutes for it, and reads what the receiver made of it.",
        };
        var json = CommonOptions.Json();
        const string What = "Looks at all that decides whether mail arrives: DNS records, relay, keys, one-click unsubscribe. Ends with 1 when something fails.";
        var command = new Command("doctor", What) { mailbox, json };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(
            async services =>
            {
                var examination = await services.GetRequiredService<Examine>().RunAsync(cancellationToken);
                if (parsed.GetValue(mailbox))
                    examination = examination.With(await services.GetRequiredService<TestMailbox>().RunAsync(cancellationToken));
                if (parsed.GetValue(json))
                    VerbHost.PrintJson(examination);
                else
                    Print(examination);
                return examination.Result == CheckResult.Fail ? VerbHost.Failed : VerbHost.Done;
            },
            cancellationToken));
        return command;
    }

    internal static void Print(Finding finding)
    {
        var result = finding.Result switch { CheckResult.Ok => "ok", CheckResult.Warn => "warn", CheckResult.Fail => "FAIL", _ => "-" };
        Console.WriteLine($"{result,-5} {finding.Check,-11}  {finding.Words}");
        if (finding.Advice is not null)
            Console.WriteLine($"{"",-19}→ {finding.Advice}");
    }

    private static void Print(Examination examination)
    {
        foreach (var finding in examination.Findings)
            Print(finding);
        var (failed, warned) = (examination.Findings.Count(f => f.Result == CheckResult.Fail), examination.Findings.Count(f => f.Result == CheckResult.Warn));
        Console.WriteLine();
        Console.WriteLine(failed + warned == 0 ? "All is well." : $"{failed} failed, {warned} to look at.");
    }
}
