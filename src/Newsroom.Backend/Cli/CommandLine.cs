namespace Newsroom.Backend.Cli;

/// <summary>The verbs beside <c>serve</c>.</summary>
public static class CommandLine
{
    /// <summary>False for no verb, <c>serve</c> and bare host options: then the program serves.</summary>
    public static bool Handles(string[] args) => args is [var first, ..] && first != "serve" && (!first.StartsWith('-') || first is "--help" or "-h" or "--version");

    /// <returns>0 done, 1 failed, 2 misused.</returns>
    public static Task<int> RunAsync(string[] args, Func<string[], WebApplication> build)
    {
        _ = build;
        Console.Error.WriteLine($"Unknown command '{args[0]}'.");
        return Task.FromResult(2);
    }
}
