using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Data;

/// <summary>The program cannot start or a command cannot run; <see cref="Exception.Message"/> is one sentence for the operator that says what to do.</summary>
public sealed class StartFaultException(string sentence, Exception? cause = null) : Exception(sentence, cause);

/// <summary>Sorts what an operator can mend from what is a fault of the program.</summary>
internal static class StartFaults
{
    /// <summary>One sentence per fault; none when the exception is nothing an operator can mend, and its stack is wanted.</summary>
    public static IReadOnlyList<string> Explain(Exception exception) => exception switch
    {
        StartFaultException fault => [fault.Message],
        OptionsValidationException options => [.. options.Failures.Distinct(StringComparer.Ordinal)],
        AggregateException { InnerExceptions: var several } when several.All(e => Explain(e).Count > 0) => [.. several.SelectMany(Explain)],
        // The configuration binder's own words: "Failed to convert configuration value 'x' at 'Mail:Smtp:Port' to type 'System.Int32'."
        InvalidOperationException { Message: var words } when words.StartsWith("Failed to convert configuration value", StringComparison.Ordinal) =>
            [words.Replace("to type 'System.", "to type '", StringComparison.Ordinal)],
        InvalidDataException { Message: var words } when words.StartsWith("Failed to load configuration", StringComparison.Ordinal) =>
            [$"{words} {exception.InnerException?.Message}".TrimEnd()],
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } =>
            [$"{exception.Message} Stop the other program, or choose another address with --urls."],
        System.Net.Sockets.SocketException { SocketErrorCode: System.Net.Sockets.SocketError.AccessDenied } =>
            ["This user may not listen on that port: choose one from 1024 up with --urls, and let the proxy have 80 and 443."],
        FormatException { Message: var words } when words.StartsWith("Invalid url", StringComparison.Ordinal) => [$"{words} Give it as http://localhost:5080."],
        _ => [],
    };

    /// <returns>The action's exit code; 1 after a fault, with its sentences on stderr.</returns>
    public static async Task<int> ToExitCodeAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (Explain(e) is { Count: > 0 } sentences)
        {
            foreach (var sentence in sentences.Distinct(StringComparer.Ordinal))
                await Console.Error.WriteLineAsync(sentence);
            return 1;
        }
    }
}
