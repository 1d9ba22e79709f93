using System.Net.Http.Headers;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Staff;

namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    /// <summary>A client that holds a key with these scopes.</summary>
    public async Task<HttpClient> ApiWithAsync(params string[] scopes)
    {
        var token = SecretToken.New();
        await ArrangeAsync(db =>
        {
            db.Add(new ApiKey { Name = "tests", TokenHash = token.Hash, Scopes = string.Join(' ', scopes), CreatedAt = Start });
            return Task.CompletedTask;
        });
        var client = Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Text);
        return client;
    }

    /// <summary>"METHOD /path" of every endpoint that is mapped.</summary>
    public IReadOnlyList<string> MappedRoutes() =>
    [
        .. _program.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(e => (e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["ANY"])
                .Select(m => $"{m} /{e.RoutePattern.RawText!.Trim('/')}"))
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Takes a table away under the running program: from now on whoever reads it fails unexpectedly.</summary>
    public Task BreakTableAsync(string table) => ReadAsync(db => db.Database.ExecuteSqlAsync(
        System.Runtime.CompilerServices.FormattableStringFactory.Create($"ALTER TABLE \"{table}\" RENAME TO \"Broken{table}\"")));

    /// <summary>Gives the table back.</summary>
    public Task MendTableAsync(string table) => ReadAsync(db => db.Database.ExecuteSqlAsync(
        System.Runtime.CompilerServices.FormattableStringFactory.Create($"ALTER TABLE \"Broken{table}\" RENAME TO \"{table}\"")));
}
