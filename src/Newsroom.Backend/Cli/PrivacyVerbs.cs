using System.CommandLine;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers.Privacy;

namespace Newsroom.Backend.Cli;

/// <summary><c>subscribers erase EMAIL</c>.</summary>
internal static class EraseVerb
{
    public static Command Create(VerbHost host)
    {
        var email = new Argument<string>("EMAIL") { Description = "Whose data go." };
        var json = CommonOptions.Json();
        email.Validators.Add(result =>
        {
            if (!EmailAddress.TryParse(result.GetValueOrDefault<string>(), out _))
                result.AddError("Give one whole address, for example name@example.org.");
        });
        var command = new Command("erase", "Erases a person from everything, for good, without asking again: reader, newsletters, gifts. Says what stays and why.") { email, json };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(
            async services => await services.GetRequiredService<EraseReader>().RunAsync(EmailAddress.Parse(parsed.GetRequiredValue(email)), EraseCause.Wish, cancellationToken) switch
            {
                EraseOutcome.Erased erased when parsed.GetValue(json) => VerbHost.PrintJson(new { erased = true, erased.Stays }),
                EraseOutcome.Erased erased => Print(erased),
                EraseOutcome.NothingKept => VerbHost.Fail("Nothing is kept of that address: it never was here, or it has been erased. Nothing was changed."),
                var other => throw new InvalidOperationException($"Unknown outcome {other}."),
            },
            cancellationToken));
        return command;
    }

    private static int Print(EraseOutcome.Erased erased)
    {
        Console.WriteLine("Erased. The address stays barred by its keyed hash, and a restored backup forgets it again.");
        foreach (var sentence in erased.Stays)
            Console.WriteLine("Stays: " + sentence);
        return VerbHost.Done;
    }
}
