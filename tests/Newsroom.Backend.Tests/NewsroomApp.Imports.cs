using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Subscribers.Imports;

namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    public const string Declared = "Signed up at example.org/news: send me This Week by email.";

    /// <summary>The file in UTF-8, for this-week; must be readable.</summary>
    public async Task<ImportReport> ImportAsync(string csv, string name = "list.csv", bool dryRun = false, params ColumnChoice[] map) =>
        await ImportBytesAsync(Encoding.UTF8.GetBytes(csv), name, dryRun, Declared, "this-week", map) switch
        {
            ImportOutcome.Done(var report) => report,
            var other => throw new InvalidOperationException($"Not imported: {other}"),
        };

    public async Task<ImportOutcome> ImportBytesAsync(
        byte[] file, string name = "list.csv", bool dryRun = false, string consent = Declared, string newsletter = "this-week", params ColumnChoice[] map) =>
        await ImportStreamAsync(new MemoryStream(file), name, dryRun, consent, newsletter, map);

    public async Task<ImportOutcome> ImportStreamAsync(
        Stream file, string name = "list.csv", bool dryRun = false, string consent = Declared, string newsletter = "this-week", params ColumnChoice[] map)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<ImportReaders>()
            .RunAsync(new ImportOrder(file, name, newsletter, consent, map, dryRun), Cancelled);
    }

    public async Task<UndoImportOutcome> UndoImportAsync(string id)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<UndoImport>().RunAsync(id, Cancelled);
    }

    public async Task<IReadOnlyList<ImportShape>> ImportsAsync()
    {
        await using var scope = _program.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<ImportList>().RunAsync(Cancelled);
    }

    public async Task<string> ExportAsync(string? newsletter = null, SubscriberStatus? status = null)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        using var file = new MemoryStream();
        await scope.ServiceProvider.GetRequiredService<ExportReaders>().RunAsync(new ExportOrder(newsletter, status), file, Cancelled);
        return Encoding.UTF8.GetString(file.ToArray());
    }

    /// <summary>As a bounce, a complaint, a wish or an erasure leaves an address behind.</summary>
    public async Task PutOnSuppressionListAsync(string email, SuppressionReason reason)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<SuppressionList>().SuppressAsync(EmailAddress.Parse(email), reason, "test", Clock.GetUtcNow(), Cancelled);
    }
}
