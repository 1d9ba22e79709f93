using System.CommandLine;

namespace Newsroom.Backend.Cli;

/// <summary>
/// The verbs beside <c>serve</c>: each group in a file of its own, each verb a thin call of a feature's operation. Output goes to stdout,
/// faults and logs to stderr.
/// </summary>
internal static class CommandLine
{
    /// <summary>False for no verb, <c>serve</c> and bare host options: then the program serves.</summary>
    public static bool Handles(string[] args) => args switch
    {
        ["serve", .. var rest] => rest.Any(IsHelp),
        [var first, ..] => !first.StartsWith('-') || IsHelp(first) || first == "--version",
        [] => false,
    };

    /// <param name="args">As typed.</param>
    /// <param name="build">The program, not yet started.</param>
    /// <param name="more">Verbs of a folder that this one does not know.</param>
    /// <returns>0 done, 1 failed, 2 misused.</returns>
    public static async Task<int> RunAsync(string[] args, Func<string[], WebApplication> build, Func<VerbHost, Command> more)
    {
        var host = new VerbHost(build);
        var root = Root(host);
        root.Add(more(host));
        var parsed = root.Parse(args);
        if (parsed.Errors.Count == 0)
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        foreach (var error in parsed.Errors)
            await Console.Error.WriteLineAsync(error.Message);
        var verb = parsed.CommandResult.Command.Parents.OfType<Command>().Append(parsed.CommandResult.Command)
            .Where(c => c is not RootCommand).Select(c => c.Name + ' ');
        await Console.Error.WriteLineAsync($"See: {string.Concat(verb)}--help");
        return VerbHost.Misused;
    }

    private static RootCommand Root(VerbHost host) => new("Newsletters and gifts of a newsroom. Without a verb it serves.")
    {
        new Command("serve", "Serves the pages, the API and the jobs. Takes the host's options, such as --urls http://localhost:5080, and any setting as --Section:Key VALUE.")
        {
            TreatUnmatchedTokensAsErrors = false,
        },
        DatabaseVerbs.Create(host),
        StaffVerbs.Create(host),
        ApiKeyVerbs.Create(host),
        NewsletterVerbs.Create(host),
        SubscriberVerbs.Create(host),
        StoryVerbs.Create(host),
        DigestVerbs.Create(host),
        BounceVerbs.Create(host),
        MailVerbs.Create(host),
        DoctorVerb.Create(host),
        StripeVerbs.Create(host),
        BackupVerbs.Backup(host),
        BackupVerbs.Restore(host),
    };

    private static bool IsHelp(string argument) => argument is "--help" or "-h" or "-?";
}
