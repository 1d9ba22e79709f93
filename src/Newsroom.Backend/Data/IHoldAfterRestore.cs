namespace Newsroom.Backend.Data;

/// <summary>
/// One for each feature that sends something. A restored database does not know what was sent since its backup: whatever it would send by
/// itself is held, so that nobody gets a mail twice.
/// </summary>
public interface IHoldAfterRestore
{
    /// <summary>May be run again.</summary>
    /// <returns>A sentence that says what is held; null when nothing was.</returns>
    Task<string?> HoldAsync(DateTimeOffset now, CancellationToken cancellationToken);
}
