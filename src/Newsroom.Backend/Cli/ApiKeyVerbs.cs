using System.CommandLine;
using Newsroom.Backend.Staff;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;

namespace Newsroom.Backend.Cli;

internal static class ApiKeyVerbs
{
    public static Command Create(VerbHost host) => new("apikey", "Looks after the keys of integrations.") { Add(host) };

    private static Command Add(VerbHost host)
    {
        var name = new Argument<string>("NAME") { Description = "Who or what will hold it, for example website." };
        var scopes = new Option<string[]>("--scope")
        {
            Description = $"What it may do, repeatable: {string.Join(", ", ApiScopes.Known)}. 'read' is every GET. Without any: everything.",
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command("add", "Makes a key and prints it, once, alone on the last line.") { name, scopes };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(
            async services => await services.GetRequiredService<AddApiKey>().RunAsync(parsed.GetRequiredValue(name), parsed.GetValue(scopes) ?? [], cancellationToken) switch
            {
                AddApiKeyOutcome.Added added => await NoteAsync(services, added),
                AddApiKeyOutcome.Invalid invalid => VerbHost.Fail(invalid.WhatToDo, VerbHost.Misused),
                var other => throw new InvalidOperationException($"Unknown outcome {other}."),
            },
            cancellationToken));
        return command;
    }

    private static async Task<int> NoteAsync(IServiceProvider services, AddApiKeyOutcome.Added added)
    {
        await services.GetRequiredService<AuditTrail>().SayAsync(Actors.CommandLine, "api-key.made", added.Id, after: added.Rights);
        return Print(added);
    }

    private static int Print(AddApiKeyOutcome.Added added)
    {
        Console.WriteLine($"{added.Id} may do {added.Rights}. The key, shown only now:");
        Console.WriteLine(added.Token.Text);
        return VerbHost.Done;
    }
}
