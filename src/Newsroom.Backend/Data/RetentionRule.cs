namespace Newsroom.Backend.Data;

/// <summary>How long something about people is kept, for the privacy page. Each is registered beside the job that keeps it, from the same constant.</summary>
/// <param name="What">What is kept: the beginning of a table's row, without a full stop.</param>
/// <param name="Why">What for.</param>
/// <param name="HowLong">Until when.</param>
public sealed record RetentionRule(string What, string Why, string HowLong);

public static class RetentionRules
{
    public static IServiceCollection AddRetentionRule(this IServiceCollection services, string what, string why, string howLong) =>
        services.AddSingleton(new RetentionRule(what, why, howLong));
}
