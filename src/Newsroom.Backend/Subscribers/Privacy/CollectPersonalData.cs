using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers.Privacy;

/// <summary>Everything that is kept of an address.</summary>
/// <param name="Person">Whose.</param>
/// <param name="Sections">By name, only those that keep something; empty when nothing is kept.</param>
public sealed record PersonalRecord(Person Person, IReadOnlyDictionary<string, PersonalSection> Sections)
{
    public bool IsEmpty => Sections.Count == 0;

    public IReadOnlyList<string> Stays => [.. Sections.Values.SelectMany(s => s.Stays)];

    /// <summary>The export: each section's data under its name.</summary>
    public IReadOnlyDictionary<string, object> Export(DateTimeOffset now)
    {
        var export = new Dictionary<string, object>(StringComparer.Ordinal) { ["exportedAt"] = now, ["address"] = Person.Address.Value };
        foreach (var (name, section) in Sections)
            export[name] = section.Data;
        return export;
    }
}

/// <summary>Asks every feature what it keeps of an address (GDPR Art. 15 and 20).</summary>
public sealed class CollectPersonalData(NewsroomDb db, IEnumerable<IPersonalData> features)
{
    public async Task<PersonalRecord> RunAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        var id = await db.Subscribers.Where(s => s.AddressKey == address.Key).Select(s => (long?)s.Id).SingleOrDefaultAsync(cancellationToken);
        var person = new Person(address, id);
        var sections = new Dictionary<string, PersonalSection>(StringComparer.Ordinal);
        foreach (var feature in features)
        {
            if (await feature.ExportAsync(person, cancellationToken) is { } section)
                sections[feature.Section] = section;
        }
        return new PersonalRecord(person, sections);
    }
}
