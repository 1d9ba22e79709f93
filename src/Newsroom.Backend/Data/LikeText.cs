using System.Text.RegularExpressions;

namespace Newsroom.Backend.Data;

/// <summary>Text that LIKE takes as it stands, on both databases. ASCII letters are the same in either case.</summary>
internal static class LikeText
{
    /// <summary>The escape character to give to LIKE.</summary>
    public const string Sign = "\\";

    public static string Escape(string text) => Regex.Replace(text, @"[\\%_\[]", @"\$0", RegexOptions.None, TimeSpan.FromSeconds(1));
}
