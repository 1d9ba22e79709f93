using System.CommandLine;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Doctor;

namespace Newsroom.Backend.Cli;

internal static class MailVerbs
{
    public static Command Create(VerbHost host) => new("mail", "Looks after the mail's way out.") { Test(host), Dkim(host) };

    private static Command Test(VerbHost host)
    {
        var to = new Argument<string>("ADDRESS") { Description = "Who gets the test." };
        var json = CommonOptions.Json();
        var command = new Command("test", "Sends one test mail over each relay and prints what both sides said. Ends with 1 when a relay did not take it.") { to, json };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(
            async services => await services.GetRequiredService<SendTestMail>().RunAsync(parsed.GetRequiredValue(to), cancellationToken) switch
            {
                TestMailOutcome.Tried tried => Print(tried.Relays, parsed.GetValue(json)),
                TestMailOutcome.BadAddress => VerbHost.Fail("That is not a mail address: give one such as you@example.org.", VerbHost.Misused),
                TestMailOutcome.NotNow notNow => VerbHost.Fail(notNow.Why),
                var other => throw new InvalidOperationException($"Unknown outcome {other}."),
            },
            cancellationToken));
        return command;
    }

    private static int Print(IReadOnlyList<RelayTest> relays, bool json)
    {
        if (json)
            VerbHost.PrintJson(new { relays });
        foreach (var relay in json ? [] : relays)
        {
            foreach (var line in relay.Transcript)
                Console.WriteLine(line);
            Console.WriteLine();
            Console.WriteLine(relay.Meaning);
            if (relay.Advice is not null)
                Console.WriteLine(relay.Advice);
            Console.WriteLine($"Message-ID: {relay.MessageId}");
        }
        return relays.All(r => r.Accepted) ? VerbHost.Done : VerbHost.Failed;
    }

    private static Command Dkim(VerbHost host) => new("dkim", "Makes, checks and shows the keys that sign the mail.") { New(host), Check(host), Show(host) };

    private static Command New(VerbHost host)
    {
        var selector = new Option<string>("--selector") { Description = "The key's name in DNS, such as news2026; a new one for every key.", Required = true };
        var ed25519 = new Option<bool>("--ed25519") { Description = "Makes an Ed25519 key, for a second signature, in place of RSA with 2048 bits." };
        var file = new Option<string?>("--out") { Description = "Where the private key goes. Never overwritten. Default: data/dkim-SELECTOR.pem." };
        var json = CommonOptions.Json();
        const string What = "Makes a key file that only its owner may read, and prints the DNS record to publish and the settings.";
        var command = new Command("new", What) { selector, ed25519, file, json };
        command.SetAction((parsed, cancellationToken) => host.RunWithDetailsAsync(
            async services => await services.GetRequiredService<MakeDkimKey>()
                .RunAsync(parsed.GetRequiredValue(selector), parsed.GetValue(ed25519), parsed.GetValue(file), cancellationToken) switch
            {
                MakeDkimKeyOutcome.Made made => PrintMade(made, services.GetRequiredService<IOptions<MailOptions>>().Value.Dkim, parsed.GetValue(json)),
                MakeDkimKeyOutcome.BadSelector => VerbHost.Fail("Give --selector letters, digits and dashes, such as news2026.", VerbHost.Misused),
                MakeDkimKeyOutcome.SelectorInUse => VerbHost.Fail("That selector is in use, and receivers check today's mail by its record: give a new --selector."),
                MakeDkimKeyOutcome.FileExists there => VerbHost.Fail($"{there.File} is there already and is not overwritten: give another --selector or --out."),
                MakeDkimKeyOutcome.CannotWrite cannot => VerbHost.Fail($"{cannot.File} cannot be written: {cannot.Why}"),
                var other => throw new InvalidOperationException($"Unknown outcome {other}."),
            },
            cancellationToken));
        return command;
    }

    private static int PrintMade(MakeDkimKeyOutcome.Made made, DkimOptions dkim, bool json)
    {
        var domain = made.Domain ?? "YOUR-DOMAIN";
        string[] settings = made.Key.KeyType == "ed25519"
            ? [$"Mail:Dkim:Ed25519Selector = {made.Key.Selector}", $"Mail:Dkim:Ed25519PrivateKeyFile = {made.File}"]
            : string.IsNullOrEmpty(dkim.Selector)
                ? [$"Mail:Dkim:Selector = {made.Key.Selector}", $"Mail:Dkim:PrivateKeyFile = {made.File}"]
                :
                [
                    $"Mail:Dkim:Next:Selector = {made.Key.Selector}", $"Mail:Dkim:Next:PrivateKeyFile = {made.File}",
                    "Mail:Dkim:Next:From = the day it begins to sign, such as 2027-01-15",
                ];
        if (json)
            return VerbHost.PrintJson(new { made.File, record = Shape(made.Key, domain), settings });
        Console.WriteLine($"The private key is in {made.File}. Keep it secret, and in your backups.");
        Console.WriteLine();
        Console.WriteLine("Publish this record:");
        Print(made.Key, domain);
        Console.WriteLine();
        Console.WriteLine($"Then set, once mail dkim check --selector {made.Key.Selector} finds it:");
        foreach (var setting in settings)
            Console.WriteLine("  " + setting);
        return VerbHost.Done;
    }

    private static Command Check(VerbHost host)
    {
        var selector = new Option<string>("--selector") { Description = "The key's name in DNS.", Required = true };
        var file = new Option<string?>("--key") { Description = "Where the private key is. Default: data/dkim-SELECTOR.pem." };
        var json = CommonOptions.Json();
        const string What = "Looks whether a key's record is published, before or after the key is set. Ends with 1 until it is, and is right.";
        var command = new Command("check", What) { selector, file, json };
        command.SetAction((parsed, cancellationToken) => host.RunWithDetailsAsync(
            async services => await services.GetRequiredService<CheckDkimKey>().RunAsync(parsed.GetRequiredValue(selector), parsed.GetValue(file), cancellationToken) switch
            {
                CheckDkimKeyOutcome.Looked looked => PrintLooked(looked.Finding, parsed.GetValue(json)),
                CheckDkimKeyOutcome.NoDomain => VerbHost.Fail("Set Mail:From, or Mail:Dkim:Domain: without a domain there is no record to look for."),
                CheckDkimKeyOutcome.BadKey bad => VerbHost.Fail($"{bad.File} cannot be used: {bad.Why} Give the private key's file by --key."),
                var other => throw new InvalidOperationException($"Unknown outcome {other}."),
            },
            cancellationToken));
        return command;
    }

    private static int PrintLooked(Finding finding, bool json)
    {
        if (json)
            VerbHost.PrintJson(finding);
        else
            DoctorVerb.Print(finding);
        return finding.Result == CheckResult.Ok ? VerbHost.Done : VerbHost.Failed;
    }

    private static Command Show(VerbHost host)
    {
        var json = CommonOptions.Json();
        var command = new Command("show", "Prints the DNS records of the configured keys. Says nothing of what is published: doctor does.") { json };
        command.SetAction((parsed, cancellationToken) => host.RunWithDetailsAsync(
            services =>
            {
                var mail = services.GetRequiredService<IOptions<MailOptions>>().Value;
                var keys = DkimKeys.Configured(mail.Dkim);
                var domain = mail.DkimDomain ?? "YOUR-DOMAIN";
                if (keys.Count == 0)
                    return Task.FromResult(VerbHost.Fail("No key is configured: make one with mail dkim new --selector NAME."));
                if (parsed.GetValue(json))
                    return Task.FromResult(VerbHost.PrintJson(new { records = keys.Select(k => Shape(k, domain)) }));
                foreach (var key in keys)
                    Print(key, domain);
                return Task.FromResult(VerbHost.Done);
            },
            cancellationToken));
        return command;
    }

    private static void Print(DkimPublicKey key, string domain)
    {
        Console.WriteLine($"  name   {key.NameUnder(domain)}");
        Console.WriteLine("  type   TXT");
        Console.WriteLine($"  value  {key.Record}");
        Console.WriteLine($"As a line of a zone file: {key.ZoneLine(domain)}");
    }

    private static object Shape(DkimPublicKey key, string domain) =>
        new { name = key.NameUnder(domain), type = "TXT", value = key.Record, zoneLine = key.ZoneLine(domain) };
}
