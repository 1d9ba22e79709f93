namespace Newsroom.Backend.Webhooks;

/// <summary>When a delivery that failed is tried again: over 31 hours, as Standard Webhooks suggests.</summary>
internal static class RetrySchedule
{
    /// <summary>Of each pause, either way: receivers that broke down under everybody's attempts are not met by all of them again.</summary>
    public const double Jitter = 0.1;

    /// <summary>A receiver cannot put us off for longer.</summary>
    public static readonly TimeSpan LongestRest = TimeSpan.FromHours(24);

    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10),
        TimeSpan.FromHours(14),
    ];

    public static int MostAttempts => Pauses.Length + 1;

    /// <param name="attempts">Made so far, from 1.</param>
    /// <param name="random">0 to 1: where within the jitter.</param>
    /// <returns>Null after the last one.</returns>
    public static TimeSpan? PauseAfter(int attempts, double random) =>
        attempts < MostAttempts ? Pauses[attempts - 1] * (1 + (Jitter * ((2 * random) - 1))) : null;
}
