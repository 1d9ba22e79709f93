namespace Newsroom.Backend.Web;

/// <summary>The POSTs of this page or endpoint are counted under a policy of <see cref="PostLimits.AddPostLimit"/>; all else is free.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PostLimitAttribute(string policy) : Attribute
{
    public string Policy { get; } = policy;
}

public static class PostLimits
{
    public static IServiceCollection AddPostLimit(this IServiceCollection services, string policy, Allowance perNetwork, Allowance everybody) =>
        services.AddKeyedSingleton(policy, (s, _) => new NetworkLimit(perNetwork, everybody, s.GetRequiredService<TimeProvider>()));

    /// <summary>429 with <c>Retry-After</c> where a limit is used up (RFC 6585 §4); the page or problem is made like any other error's.</summary>
    internal static Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        if (!HttpMethods.IsPost(context.Request.Method) || context.GetEndpoint()?.Metadata.GetMetadata<PostLimitAttribute>() is not { } limited)
            return next(context);
        var limit = context.RequestServices.GetRequiredKeyedService<NetworkLimit>(limited.Policy);
        if (limit.Allows(context.Connection.RemoteIpAddress, out var wait))
            return next(context);
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter = NetworkLimit.Seconds(wait);
        return Task.CompletedTask;
    }
}
