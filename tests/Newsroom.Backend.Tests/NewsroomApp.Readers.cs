using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Makes a newsletter by the API.</summary>
    public async Task AddNewsletterAsync(string slug = "this-week", string name = "This Week", object? cadence = null)
    {
        var answer = await Api.PostAsJsonAsync("/api/v1/newsletters", new { slug, name, cadence }, Cancelled);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancelled));
    }

    /// <summary>The form, as a browser without script sends it.</summary>
    public Task<HttpResponseMessage> SignUpAsync(string email, params string[] newsletters) =>
        PostFormAsync("/subscribe", [("email", email), .. newsletters.Select(n => ("newsletter", n))]);

    public Task<HttpResponseMessage> SignUpByJsonAsync(string email, params string[] newsletters) =>
        Http.PostAsJsonAsync("/api/v1/subscriptions", new { email, newsletters }, Cancelled);

    /// <summary>The form, sent from a network of its own.</summary>
    public async Task<int> SignUpFromAsync(IPAddress network, string email, params string[] newsletters)
    {
        var body = Encoding.UTF8.GetBytes(string.Join('&', newsletters.Select(n => "newsletter=" + n).Prepend("email=" + Uri.EscapeDataString(email))));
        var context = await _program.Server.SendAsync(context =>
        {
            context.Connection.RemoteIpAddress = network;
            context.Request.Method = "POST";
            context.Request.Scheme = "https";
            context.Request.Host = new("news.example.org");
            context.Request.Path = "/subscribe";
            context.Request.ContentType = "application/x-www-form-urlencoded";
            context.Request.ContentLength = body.Length;
            context.Request.Body = new MemoryStream(body);
        }, Cancelled);
        return context.Response.StatusCode;
    }

    public Task<HttpResponseMessage> PostFormAsync(string path, params IEnumerable<(string Name, string Value)> fields) =>
        Http.PostAsync(path, new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))), Cancelled);

    /// <summary>Signs up, takes the link out of the mail that comes, and presses its button.</summary>
    public async Task SubscribeAsync(string email, params string[] newsletters)
    {
        var answer = await SignUpAsync(email, newsletters);
        Assert.True(answer.StatusCode == HttpStatusCode.SeeOther, await answer.Content.ReadAsStringAsync(Cancelled));
        await RunDueJobsAsync();
        var confirmed = await PostFormAsync(MailsTo(email).Last(m => m.Text.Contains("/confirm/", StringComparison.Ordinal)).Link("/confirm/"));
        Assert.True(confirmed.IsSuccessStatusCode, await confirmed.Content.ReadAsStringAsync(Cancelled));
    }

    /// <summary>The address that leaves a newsletter, as every digest carries it.</summary>
    public async Task<string> LeaveLinkAsync(string email, string newsletter)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        var id = await scope.ServiceProvider.GetRequiredService<NewsroomDb>().Subscriptions
            .Where(s => s.Subscriber.Address == email && s.Newsletter.Slug == newsletter).Select(s => s.PublicId).SingleAsync(Cancelled);
        return await scope.ServiceProvider.GetRequiredService<ReaderLinks>().UnsubscribeAsync(id, Cancelled);
    }

    /// <summary>Every confirmation link that exists for an address, mailed or not, oldest first.</summary>
    public async Task<IReadOnlyList<string>> ConfirmLinksAsync(string email)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        var links = scope.ServiceProvider.GetRequiredService<ReaderLinks>();
        var made = new List<string>();
        foreach (var id in await scope.ServiceProvider.GetRequiredService<NewsroomDb>().SignUpRequests
            .Where(r => r.Subscriber.Address == email).OrderBy(r => r.Id).Select(r => r.PublicId).ToListAsync(Cancelled))
            made.Add(await links.ConfirmAsync(id, Cancelled));
        return made;
    }

    /// <summary>What staff see of one address; null when it is not known.</summary>
    public async Task<JsonNode?> SubscriberAsync(string email)
    {
        var list = await Api.GetFromJsonAsync<JsonNode>("/api/v1/subscribers?email=" + Uri.EscapeDataString(email), Cancelled);
        return list!["items"]!.AsArray() is [{ } found]
            ? await Api.GetFromJsonAsync<JsonNode>($"/api/v1/subscribers/{found["id"]}", Cancelled)
            : null;
    }

    public async Task<string?> StatusAsync(string email) => (string?)(await SubscriberAsync(email))?["status"];

    /// <summary>Slugs of the newsletters that the address gets.</summary>
    public async Task<string> ActiveAsync(string email) => await SubscriberAsync(email) is { } subscriber
        ? string.Join(' ', subscriber["newsletters"]!.AsArray().Where(n => (string?)n!["state"] == "active").Select(n => (string?)n!["newsletter"]))
        : "";

    /// <summary>Every row of every table, as text: two dumps are equal when nothing has changed.</summary>
    public Task<string> DumpAsync() => ReadAsync(async db =>
    {
        await db.Database.OpenConnectionAsync(Cancelled);
        var connection = db.Database.GetDbConnection();
        var dump = new StringBuilder();
        var tables = new List<string>();
        await using (var names = connection.CreateCommand())
        {
            names.CommandText = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name";
            await using var reader = await names.ExecuteReaderAsync(Cancelled);
            while (await reader.ReadAsync(Cancelled))
                tables.Add(reader.GetString(0));
        }
        foreach (var table in tables)
        {
            dump.AppendLine(table);
            await using var rows = connection.CreateCommand();
#pragma warning disable CA2100 // The name is from the database's own catalogue.
            rows.CommandText = $"SELECT * FROM \"{table}\" ORDER BY 1";
#pragma warning restore CA2100
            await using var reader = await rows.ExecuteReaderAsync(Cancelled);
            while (await reader.ReadAsync(Cancelled))
                dump.AppendJoin('|', Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)).AppendLine();
        }
        return dump.ToString();
    });

    /// <summary>Makes the database refuse new rows of a table, as a full disk or a broken rule would.</summary>
    public Task RefuseRowsAsync(string table, string when) => ReadAsync(db =>
#pragma warning disable EF1002 // Both are the test's own words.
        db.Database.ExecuteSqlRawAsync($"CREATE TRIGGER refuse_{table} BEFORE INSERT ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, 'refused by the test'); END", Cancelled));
#pragma warning restore EF1002
}
