using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Newsroom.Backend.Benchmarks;

/// <summary>What a sign-up is measured against: an ASP.NET endpoint that does nothing but one SQLite insert, committed with <c>synchronous=FULL</c>.</summary>
internal static class BareEndpoint
{
    public const string Verb = "bare";

    public static async Task RunAsync(string url, string file)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync();
        await RunAsync(connection, "PRAGMA journal_mode = 'wal'; PRAGMA synchronous = FULL; CREATE TABLE SignUps (Id INTEGER PRIMARY KEY, Address TEXT NOT NULL)");
        await using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO SignUps (Address) VALUES ($address)";
        var address = insert.Parameters.Add("$address", SqliteType.Text);
        await insert.PrepareAsync();
        // SQLite has one writer anyway: taking turns here is quicker than waiting for its lock, and the prepared statement serves all.
        using var turn = new SemaphoreSlim(1, 1);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.Urls.Add(url);
        app.MapPost("/", async (SignUpBody body) =>
        {
            await turn.WaitAsync();
            try
            {
                address.Value = body.Email;
                await insert.ExecuteNonQueryAsync();
            }
            finally
            {
                turn.Release();
            }
            return Results.Accepted();
        });
        await app.RunAsync();
    }

    private static async Task RunAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}

internal sealed record SignUpBody(string Email);
