using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Doctor;
using Newsroom.Backend.Stories;
using Newsroom.Backend.Web;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Staff.House;

/// <param name="Key">As <c>appsettings.json</c> has it, parts joined by colons.</param>
/// <param name="Value">In force; of a secret only whether there is one.</param>
/// <param name="From">Where it was read.</param>
public sealed record Setting(string Key, string Value, string From);

public sealed record SettingGroup(string Name, IReadOnlyList<Setting> Settings);

/// <summary>Every setting in force, with the place it comes from: the one at which a change counts.</summary>
public sealed class ReadSettings(IConfiguration configuration, IServiceProvider services)
{
    private static readonly (string Name, string Section, Func<IServiceProvider, object> Options)[] Groups =
    [
        ("Site", SiteOptions.Section, Of<SiteOptions>),
        ("Organisation", OrganisationOptions.Section, Of<OrganisationOptions>),
        ("Mail", MailOptions.Section, Of<MailOptions>),
        ("Mail's doctor", DoctorOptions.Section, Of<DoctorOptions>),
        ("Sending", SendingOptions.Section, Of<SendingOptions>),
        ("Stories", StoriesOptions.Section, Of<StoriesOptions>),
        ("Stripe", StripeOptions.Section, Of<StripeOptions>),
        ("Webhooks", WebhooksOptions.Section, Of<WebhooksOptions>),
        ("Database", DatabaseOptions.Section, Of<DatabaseOptions>),
        ("Jobs", JobsOptions.Section, Of<JobsOptions>),
        ("Privacy", PrivacyOptions.Section, Of<PrivacyOptions>),
        ("Proxy", ProxyOptions.Section, Of<ProxyOptions>),
    ];

    public IReadOnlyList<SettingGroup> Run() => [.. Groups.Select(g => new SettingGroup(g.Name, Settings(g.Section, g.Options(services))))];

    private List<Setting> Settings(string section, object options)
    {
        var known = SettingText.Leaves(section, options).ToDictionary(l => l.Key, l => l.Value, StringComparer.OrdinalIgnoreCase);
        // Of the giving form's sums only the configuration knows the keys: one sum, or one for each currency.
        foreach (var (key, value) in configuration.GetSection(section).AsEnumerable().Where(p => p.Value is not null && !IsElsewhere(section, p.Key)))
            known.TryAdd(key, value);
        if (section == DatabaseOptions.Section)
            known.Add("ConnectionStrings:" + DatabaseOptions.ConnectionStringName, configuration.GetConnectionString(DatabaseOptions.ConnectionStringName));
        return [.. known.Select(k => new Setting(k.Key, SettingText.Of(k.Key, k.Value), SettingPlace.Of(configuration, k.Key)))];
    }

    /// <summary>A group inside of another one is shown once, as its own.</summary>
    private static bool IsElsewhere(string section, string key) =>
        Array.Exists(Groups, g => g.Section.StartsWith(section + ":", StringComparison.Ordinal) && key.StartsWith(g.Section, StringComparison.OrdinalIgnoreCase));

    private static T Of<T>(IServiceProvider services)
        where T : class => services.GetRequiredService<IOptions<T>>().Value;
}
