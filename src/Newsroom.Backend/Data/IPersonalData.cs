using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Data;

/// <summary>Whose data it is about.</summary>
/// <param name="Address">What everything is found by.</param>
/// <param name="SubscriberId">The subscriber with that address; null when there is none.</param>
public sealed record Person(EmailAddress Address, long? SubscriberId);

/// <summary>What one feature keeps of a person.</summary>
/// <param name="Data">All of it, as the JSON export has it.</param>
/// <param name="InWords">The same for the person: sentences with figures.</param>
/// <param name="Stays">Sentences: what erasure leaves, without the person in it, and why. Empty: nothing.</param>
public sealed record PersonalSection(object Data, IReadOnlyList<string> InWords, IReadOnlyList<string> Stays);

/// <summary>
/// One for each feature that keeps something of people: a person's export and erasure go through all of them, so that a feature that keeps
/// something new says here how it is shown and how it goes. A test holds every text column of the model against them.
/// </summary>
public interface IPersonalData
{
    /// <summary>Its name in the export.</summary>
    string Section { get; }

    /// <summary>False: stays when a reader is long gone, until the person asks; the privacy page says so of it.</summary>
    bool GoesWithTime => true;

    /// <returns>Null when nothing is kept.</returns>
    Task<PersonalSection?> ExportAsync(Person person, CancellationToken cancellationToken);

    /// <summary>
    /// Works in the caller's transaction, and may be run again. Leaves nothing that tells who it was.
    /// </summary>
    /// <param name="person">Who.</param>
    /// <param name="until">What came later stays: a gift made after the erasure is a new beginning.</param>
    /// <param name="cancellationToken">Ends it; the caller rolls back.</param>
    Task EraseAsync(Person person, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Every address it has in clear, some perhaps twice: after a restore the erased ones are found among them.</summary>
    IAsyncEnumerable<string> AddressesAsync();
}
