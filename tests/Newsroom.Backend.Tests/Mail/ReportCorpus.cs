using System.Runtime.CompilerServices;
using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Tests;

/// <summary>A verdict as the table of expectations writes it: <c>-</c> for nothing, <c>people</c> for ignored and kept for people to read.</summary>
public sealed record ExpectedVerdict(string Kind, string Recipients, string Status, string Reason)
{
    public static ExpectedVerdict Of(BounceVerdict verdict) => new(
        verdict.IsForPeople ? $"people{(verdict.Kind == BounceKind.Ignored ? "" : $" and {verdict.Kind}")}" : verdict.Kind.ToString().ToLowerInvariant(),
        verdict.Recipients.Count == 0 ? "-" : string.Join(',', verdict.Recipients), verdict.Status ?? "-", verdict.Reason ?? "-");
}

/// <summary>Reports made for these tests in the form that each server documents or is known to send, all about one mail to one made-up reader.</summary>
internal static class ReportCorpus
{
    /// <summary>As <c>MailMarks</c> writes them; of no key.</summary>
    public const string Mark = "mfrggzdfmztwq2lknnwg23tpoayxe43uov";

    private static readonly string Folder = Path.Combine(Path.GetDirectoryName(Here())!, "Reports");

    public static IReadOnlyDictionary<string, IReadOnlyList<ExpectedVerdict>> Expected { get; } = File.ReadAllLines(Path.Combine(Folder, "expected.txt"))
        .Where(l => l.Length > 0 && l[0] != '#')
        .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .GroupBy(c => c[0])
        .ToDictionary(g => g.Key, IReadOnlyList<ExpectedVerdict> (g) => [.. g.Select(c => new ExpectedVerdict(c[1], c[2], c[3], c[4]))]);

    public static IEnumerable<string> Files => Directory.EnumerateFiles(Folder, "*.eml").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal);

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, $"{name}.eml"));

    private static string Here([CallerFilePath] string path = "") => path;
}
