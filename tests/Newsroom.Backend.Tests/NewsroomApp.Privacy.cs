using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail.Alerts;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers.Privacy;

namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    /// <summary>A program on a database that outlives it, so that another one can start on what the first has left.</summary>
    public static Task<NewsroomApp> StartOnAsync(string folder) =>
        StartAsync(new() { ["ConnectionStrings:Newsroom"] = $"Data Source={Path.Combine(folder, "newsroom.db")}" });

    public async Task<EraseOutcome> EraseAsync(string email, EraseCause cause = EraseCause.Wish)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<EraseReader>().RunAsync(EmailAddress.Parse(email), cause, Cancelled);
    }

    public async Task<MyDataLinkOutcome> AskForMyDataAsync(string email)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        var id = await scope.ServiceProvider.GetRequiredService<NewsroomDb>().Subscribers.Where(s => s.Address == email).Select(s => s.Id).SingleAsync(Cancelled);
        return await scope.ServiceProvider.GetRequiredService<SendMyDataLink>().RunAsync(id, Cancelled);
    }

    /// <summary>Asks for the link and takes it out of the mail that comes.</summary>
    public async Task<string> MyDataLinkAsync(string email)
    {
        Assert.Equal(MyDataLinkOutcome.Sent, await AskForMyDataAsync(email));
        await RunDueJobsAsync();
        return MailsTo(email)[^1].Link("/my-data/");
    }

    public async Task<string> SignAsync(string purpose, string subject)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<LinkTokens>().SignUntilAsync(purpose, subject, Clock.GetUtcNow().AddDays(7), Cancelled);
    }

    public async Task<HttpResponseMessage> GetAsync(string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return await Http.SendAsync(request, Cancelled);
    }

    public async Task<BackupOutcome> BackUpAsync(string file, bool force = false)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<BackUpDatabase>().RunAsync(file, force, Cancelled);
    }

    /// <summary>What the command does after the file is in its place.</summary>
    public async Task HoldAfterRestoreAsync()
    {
        await using var scope = _program.Services.CreateAsyncScope();
        foreach (var feature in scope.ServiceProvider.GetServices<IHoldAfterRestore>())
            await feature.HoldAsync(Clock.GetUtcNow(), Cancelled);
    }

    public Task RaiseAlertAsync(string kind) => _program.Services.GetRequiredService<AlertDesk>().RaiseAsync(kind, "Something to look at.", Cancelled);

    /// <summary>The bytes of the database's file, with all that is committed folded into it.</summary>
    public Task<string> FileAsync() => ReadAsync(async db =>
    {
        await db.Database.ExecuteSqlAsync($"PRAGMA wal_checkpoint(TRUNCATE)", Cancelled);
        await using var file = new FileStream(new SqliteConnectionStringBuilder(db.Database.GetConnectionString()).DataSource, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var copy = new MemoryStream();
        await file.CopyToAsync(copy, Cancelled);
        return Encoding.Latin1.GetString(copy.ToArray());
    });

    /// <summary>Names of the entities' text columns: <c>Subscriber.Address</c>.</summary>
    public Task<IReadOnlyList<string>> TextColumnsAsync() => ReadAsync(db => Task.FromResult<IReadOnlyList<string>>(
        [.. db.Model.GetEntityTypes().SelectMany(e => e.GetProperties().Where(p => p.ClrType == typeof(string)).Select(p => $"{e.ClrType.Name}.{p.Name}")).Order(StringComparer.Ordinal)]));

    /// <summary>Does a column, <c>Subscriber.Address</c>, hold the text somewhere, in any letter case?</summary>
    public Task<bool> HoldsAsync(string column, string text) => ReadAsync(async db =>
    {
        var parts = column.Split('.');
        var entity = db.Model.GetEntityTypes().Single(e => e.ClrType.Name == parts[0]);
        await db.Database.OpenConnectionAsync(Cancelled);
        await using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // Names of the model's own.
        command.CommandText = $"SELECT COUNT(*) FROM \"{entity.GetTableName()}\" WHERE \"{parts[1]}\" LIKE '%{text}%'";
#pragma warning restore CA2100
        return (long)(await command.ExecuteScalarAsync(Cancelled))! > 0;
    });

    public IReadOnlyList<RetentionRule> RetentionRules() => [.. _program.Services.GetServices<RetentionRule>()];
}
