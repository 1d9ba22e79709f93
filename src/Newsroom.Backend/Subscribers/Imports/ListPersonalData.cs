using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers.Imports;

/// <summary>Uploaded lists that somebody stands in. Few, and for days only, so each is read from front to end.</summary>
internal sealed class ListPersonalData(NewsroomDb db, UploadedFiles files) : IPersonalData
{
    // What parts the cells of a list or stands around an address in one, and is in no address.
    private static readonly char[] Separators = [',', ';', '\t', ' ', '\u00A0', '"', '<', '>', '(', ')', '[', ']', ':'];

    public string Section => "uploadedLists";

    public async Task<PersonalSection?> ExportAsync(Person person, CancellationToken cancellationToken)
    {
        var lists = await WithAsync(person.Address, cancellationToken);
        return lists.Count == 0 ? null : new PersonalSection(
            new { uploadedAt = lists.ConvertAll(l => l.UploadedAt) },
            [$"{lists.Count} uploaded {(lists.Count == 1 ? "list" : "lists")} of readers with your address, which staff are about to bring in; kept for at most {UploadedList.KeptFor.Days} days."], []);
    }

    public async Task EraseAsync(Person person, DateTimeOffset until, CancellationToken cancellationToken)
    {
        // One that is being brought in now bars the person itself, and its file goes when it is done.
        var keys = (await WithAsync(person.Address, cancellationToken)).ConvertAll(l => l.Id);
        await db.UploadedLists.Where(l => EF.Parameter(keys).Contains(l.Id) && l.UploadedAt <= until && l.Stage != ListStage.Importing).ExecuteDeleteAsync(cancellationToken);
        await db.UploadedFiles.Where(f => EF.Parameter(keys).Contains(f.ListId)).ExecuteUpdateAsync(s => s.SetProperty(f => f.NotTaken, (byte[]?)null), cancellationToken);
    }

    // The lists' addresses belong to people who are no readers yet; a restored backup's are a week old at most and end by themselves.
    public IAsyncEnumerable<string> AddressesAsync() => AsyncEnumerable.Empty<string>();

    private async Task<List<(long Id, DateTimeOffset UploadedAt)>> WithAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        var found = new List<(long, DateTimeOffset)>();
        foreach (var list in await db.UploadedLists.OrderBy(l => l.Id).Select(l => new { l.Id, l.UploadedAt }).Take(100).ToListAsync(cancellationToken))
        {
            if (await HoldsAsync(await files.OpenAsync(list.Id, cancellationToken), address, cancellationToken)
                || await HoldsAsync(await files.OpenNotTakenAsync(list.Id, cancellationToken), address, cancellationToken))
                found.Add((list.Id, list.UploadedAt));
        }
        return found;
    }

    /// <summary>By line, not by cell: a list that breaks off in the middle, which no import would take, may hold the address all the same.</summary>
    private static async Task<bool> HoldsAsync(Stream? file, EmailAddress address, CancellationToken cancellationToken)
    {
        if (file is null)
            return false;
        await using (file)
        {
            var text = await FileText.OpenAsync(file, cancellationToken);
            while (await text.Reader.ReadLineAsync(cancellationToken) is { } line)
            {
                if (Array.Exists(line.Split(Separators, StringSplitOptions.RemoveEmptyEntries), word => Is(word, address)))
                    return true;
            }
        }
        return false;
    }

    /// <summary>As a file has it, or without the bar that parts its cells or the apostrophes around it: an address may have either inside.</summary>
    private static bool Is(string word, EmailAddress address) => word.Contains('@', StringComparison.Ordinal)
        && word.Split('|').SelectMany(part => new[] { part, part.Trim('\'') }).Append(word).Any(text => EmailAddress.TryParse(text, out var found) && found.Key == address.Key);
}
