using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Stripe;

namespace Newsroom.Backend.Benchmarks;

/// <summary>
/// What sign-ups and webhooks are measured against: ASP.NET endpoints that do nothing but one SQLite insert, committed with <c>synchronous=FULL</c>, the
/// webhook's after it has checked a signature.
/// </summary>
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
            await InsertAsync(body.Email);
            return Results.Accepted();
        });
        app.MapPost("/webhook", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            EventUtility.ValidateSignature(Encoding.UTF8.GetString(body.ToArray()), request.Headers["Stripe-Signature"], WebhookBench.Secret);
            body.Position = 0;
            using var told = await JsonDocument.ParseAsync(body);
            await InsertAsync(told.RootElement.GetProperty("id").GetString()!);
            return Results.Ok();
        });
        await app.RunAsync();

        async Task InsertAsync(string text)
        {
            await turn.WaitAsync();
            try
            {
                address.Value = text;
                await insert.ExecuteNonQueryAsync();
            }
            finally
            {
                turn.Release();
            }
        }
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
