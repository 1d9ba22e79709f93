using System.Text.Json;
using System.Text.Json.Serialization;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Web;

/// <summary>What every endpoint under <c>/api/v1</c> shares.</summary>
public static class Api
{
    /// <summary>Authorization policy of integrations: a valid <c>Authorization: Bearer</c> API key.</summary>
    public const string Policy = "api";

    /// <summary>Endpoints at <c>/api/v1/NAME</c> for holders of an API key.</summary>
    /// <param name="routes">Where to map.</param>
    /// <param name="name">The path's name and its tag in the OpenAPI document.</param>
    /// <param name="scope">The scope a key needs for it, one of <see cref="ApiScopes.Known"/>; null: the same as <paramref name="name"/>.</param>
    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder routes, string name, string? scope = null) =>
        routes.MapGroup($"/api/v1/{name}")
            .RequireAuthorization(Policy)
            .RequireAuthorization(policy => policy.RequireAssertion(context =>
                context.Resource is HttpContext http && ApiScopes.Allows(context.User, http.Request.Method, scope ?? name)))
            .AddEndpointFilter<RouteGroupBuilder, KeyPace>()
            .AddEndpointFilter<RouteGroupBuilder, Auditing.AuditedCalls>()
            .WithTags(name);

    /// <summary>422 with one sentence per field that says what to do.</summary>
    public static IResult Invalid(string field, string whatToDo) =>
        Results.ValidationProblem(new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [whatToDo] }, statusCode: StatusCodes.Status422UnprocessableEntity,
            title: whatToDo);

    /// <summary>404 with what was looked for.</summary>
    public static IResult NotFound(string what) => Results.Problem(statusCode: StatusCodes.Status404NotFound, title: $"There is no {what} with that id.");

    /// <summary>409: the request is understood and not possible now.</summary>
    public static IResult Conflict(string why) => Results.Problem(statusCode: StatusCodes.Status409Conflict, title: why);

    /// <summary>Reads <c>?after=&amp;limit=</c>; the fault when they are not what a list gave.</summary>
    public static IResult? ReadPage(string? after, int? limit, out long? afterKey, out int take)
    {
        take = limit ?? Cursor.DefaultLimit;
        if (!Cursor.TryDecode(after, out afterKey))
            return Invalid("after", "Give the 'next' of the page before, unchanged, or leave 'after' out.");
        return take is < 1 or > Cursor.MaxLimit ? Invalid("limit", $"Give a limit from 1 to {Cursor.MaxLimit}.") : null;
    }

    public static void ConfigureJson(JsonSerializerOptions json) => json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
}

/// <summary>A page of a list.</summary>
/// <param name="Items">At most <c>limit</c> rows.</param>
/// <param name="Next">What to give as <c>after</c> for the next page; null on the last one.</param>
public sealed record ListPage<T>(IReadOnlyList<T> Items, string? Next);

public static class ListPage
{
    /// <summary>Cuts a page out of <paramref name="rows"/>, which were read with one row more than <paramref name="take"/>.</summary>
    public static ListPage<T> Cut<TRow, T>(IReadOnlyList<TRow> rows, int take, Func<TRow, long> key, Func<TRow, T> shape) =>
        new([.. rows.Take(take).Select(shape)], rows.Count > take ? Cursor.Encode(key(rows[take - 1])) : null);
}

/// <summary>Money in JSON: minor units.</summary>
public sealed record MoneyShape(long Amount, string Currency)
{
    public static MoneyShape Of(Money money) => new(money.Minor, money.Currency.Code);
}
