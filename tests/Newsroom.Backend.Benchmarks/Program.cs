using System.CommandLine;
using Newsroom.Backend.Benchmarks;
using Newsroom.Backend.Benchmarks.Sending;
using Newsroom.Backend.Benchmarks.Sink;

// The figures of the README. In Release, on an otherwise idle machine:
// dotnet run -c Release --project tests/Newsroom.Backend.Benchmarks -- send --readers 10000
var bareUrl = new Argument<string>("URL");
var bareFile = new Argument<string>("FILE");
var bare = new Command(BareEndpoint.Verb, "What sign-ups and webhooks are measured against.") { bareUrl, bareFile };
bare.Hidden = true;
bare.SetAction((parsed, _) => BareEndpoint.RunAsync(parsed.GetRequiredValue(bareUrl), parsed.GetRequiredValue(bareFile)));
var signUp = new Command("sign-up", "Sign-ups by the JSON API, against a bare insert.");
signUp.SetAction((_, _) => SignUpBench.RunAsync());
var import = new Command("import", "The import of subscribers from a file.");
import.SetAction((_, _) => ImportBench.RunAsync());

var webhook = new Command("webhook", "Stripe's events, checked and stored, against a bare insert.");
webhook.SetAction((_, _) => WebhookBench.RunAsync());

var root = new RootCommand("Measures the program, each run in processes of its own. Exit code 0: as promised, 1: not, 2: misused, 3: something it needs is not installed.")
{
    SendBench.Create(),
    NodemailerBench.Create(),
    CompareBench.Create(),
    KillBench.Create(),
    PlanBench.Create(),
    ConfirmBench.Create(),
    StopBench.Create(),
    StaffPagesBench.Create(),
    SinkVerb.Create(),
    signUp,
    import,
    webhook,
    bare,
};
var parsed = root.Parse(args);
if (parsed.Errors.Count == 0)
{
    try
    {
        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }
    catch (Exception e) when (e is InvalidOperationException or HttpRequestException)
    {
        await Console.Error.WriteLineAsync(e.Message);
        return 1;
    }
}
foreach (var error in parsed.Errors)
    await Console.Error.WriteLineAsync(error.Message);
return 2;
