using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Web.Details;

public static class DetailsSetup
{
    internal static IServiceCollection AddDetails(this IServiceCollection services)
    {
        services.AddSingleton<StoredSettings>().AddHostedService<FollowStoredSettings>().AddScoped<ChangeDetails>();
        var defaults = new SiteOptions();
        return services.AddLiveOptions<SiteOptions>()
            .AddSingleton(Site(nameof(SiteOptions.Name), defaults.Name, (site, value) => site.Name = value))
            .AddSingleton(Site(nameof(SiteOptions.PostalAddress), defaults.PostalAddress, (site, value) => site.PostalAddress = value))
            .AddSingleton(Site(nameof(SiteOptions.ContactAddress), "", (site, value) => site.ContactAddress = value) with { HoldsMailAddress = true })
            .AddSingleton(Site(nameof(SiteOptions.AlertAddress), "", (site, value) => site.AlertAddress = value) with { HoldsMailAddress = true })
            .AddSingleton(Site(nameof(SiteOptions.TimeZone), defaults.TimeZone, (site, value) => site.TimeZone = value))
            .AddSingleton(Site(nameof(SiteOptions.Language), defaults.Language, (site, value) => site.Language = value));
    }

    /// <summary>What staff store counts in these options at once.</summary>
    public static IServiceCollection AddLiveOptions<T>(this IServiceCollection services)
        where T : class => services.AddSingleton<IOptions<T>, LiveOptions<T>>();

    /// <summary>The defaults pass the rules, so what fails is the one value.</summary>
    private static StorableSetting Site(string name, string standard, Action<SiteOptions, string> set) => new($"{SiteOptions.Section}:{name}", standard, value =>
    {
        var site = new SiteOptions();
        set(site, value);
        return new SiteOptionsRules().Validate(null, site).Failures?.FirstOrDefault();
    });
}
