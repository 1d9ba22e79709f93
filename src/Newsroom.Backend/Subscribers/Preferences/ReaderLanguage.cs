using System.Globalization;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers.Preferences;

/// <summary>The languages a reader may name, each called by its own name. Their list is what a newsroom would translate first, not what is translated.</summary>
internal static class ReaderLanguage
{
    public static IReadOnlyList<(string Tag, string Name)> All { get; } =
    [
        ("en-US", "English (United States)"), ("en-GB", "English (United Kingdom)"), ("ar", "العربية"), ("de", "Deutsch"), ("es", "Español"), ("fr", "Français"),
        ("ht", "Kreyòl ayisyen"), ("it", "Italiano"), ("pl", "Polski"), ("pt", "Português"), ("tl", "Tagalog"), ("uk", "Українська"), ("vi", "Tiếng Việt"), ("zh-Hans", "简体中文"),
    ];

    /// <summary>
    /// How dates and numbers are written for a reader. Only within the newsroom's own language ("en-GB" at an "en-US" one): a date in another language
    /// than its sentence is worse than one in the newsroom's form.
    /// </summary>
    public static CultureInfo CultureOf(string? language, SiteOptions site)
    {
        static string Main(string tag) => tag.Split('-')[0];

        return language is not null && Main(language) == Main(site.Language) ? CultureInfo.GetCultureInfo(language) : site.Culture;
    }
}
