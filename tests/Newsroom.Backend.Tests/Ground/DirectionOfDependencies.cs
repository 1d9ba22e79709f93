using Newsroom.Backend.Data;

namespace Newsroom.Backend.Tests.Ground;

/// <summary><c>Program → features → Mail, Webhooks, Jobs, Web → Data → Primitives</c>: a folder uses itself, its own row and the rows below.</summary>
public sealed class DirectionOfDependencies
{
    private const string Root = "Newsroom.Backend";
    private const string Razor = "AspNetCoreGeneratedDocument";

    private static readonly string[][] Rows =
    [
        ["Primitives"],
        ["Data"],
        ["Mail", "Webhooks", "Jobs", "Web"],
        ["Newsletters", "Subscribers", "Stories", "Digests", "Donations", "Staff"],
        ["Cli", "Demo"],
        [""],
    ];

    /// <summary>Who may use a package's types, beside nobody else.</summary>
    private static readonly Dictionary<string, string[]> Packages = new(StringComparer.Ordinal)
    {
        ["Stripe.net"] = ["Donations.Stripe"],
        ["MailKit"] = ["Mail"],
        ["MimeKit"] = ["Mail", "Demo"],
        ["Hangfire.InMemory"] = ["Jobs"],
        ["Hangfire.SqlServer"] = ["Jobs"],
        ["Hangfire.AspNetCore"] = ["Jobs", "Staff"],
    };

    /// <summary>Of Hangfire's core everybody may enqueue and say how a job of theirs is retried; the rest is Jobs' own.</summary>
    private static readonly string[] HangfireForAll =
        ["IBackgroundJobClient", "BackgroundJobClientExtensions", "AutomaticRetryAttribute", "AttemptsExceededAction", "DisableConcurrentExecutionAttribute", "QueueAttribute"];

    [Fact]
    public void Is_kept()
    {
        var uses = References.Of(typeof(NewsroomDb).Assembly.GetTypes()).ToList();
        Assert.Contains(uses, u => FolderOf(u.By) == "Stories" && FolderOf(u.Of) == "Data");
        Assert.Contains(uses, u => u.By == typeof(Program) && FolderOf(u.Of) == "Demo");
        Assert.Empty(Faults(uses));
    }

    [Fact]
    public void Is_seen_to_be_broken()
    {
        Assert.Equal(
            ["Data.ReachesUp uses Digests.Digest", "Primitives.ReachesOut uses Hangfire.GlobalConfiguration", "Stories.KnowsDemo uses Demo.DemoSetup", "Stories.TakesMoney uses Stripe.Charge"],
            Faults(References.Of(typeof(DirectionOfDependencies).Assembly.GetTypes().Where(t => t.Namespace?.StartsWith(Sample, StringComparison.Ordinal) == true))));
    }

    private const string Sample = Root + ".Tests.Ground.BreakingTheRules";

    private static IEnumerable<string> Faults(IEnumerable<Use> uses) =>
        uses.Select(Fault).OfType<string>().Distinct().Order(StringComparer.Ordinal);

    private static string? Fault(Use use)
    {
        var by = FolderOf(use.By);
        if (by is null || RowOf(by) < 0)
            return null;
        var fault = FolderOf(use.Of) is { } of ? ReachesUp(use, by, of) : UsesForeign(use, by);
        return fault ? $"{by}.{use.By.Name} uses {FolderOf(use.Of) ?? use.Of.Namespace}.{use.Of.Name}" : null;
    }

    private static bool ReachesUp(Use use, string by, string of)
    {
        // The one stated exception: the model names every entity.
        if (use.By == typeof(NewsroomDb))
            return false;
        return RowOf(of) > RowOf(by) || (First(of) == "Demo" && First(by) is not ("Demo" or ""));
    }

    private static bool UsesForeign(Use use, string by)
    {
        var package = use.Of.Assembly.GetName().Name ?? "";
        if (package == "Hangfire.Core")
            return First(by) != "Jobs" && !HangfireForAll.Contains(use.Of.Name, StringComparer.Ordinal);
        return Packages.TryGetValue(package, out var users) && !Array.Exists(users, u => by == u || by.StartsWith(u + ".", StringComparison.Ordinal));
    }

    /// <summary>"Donations.Stripe"; "" for Program; null for types that are not the program's.</summary>
    private static string? FolderOf(Type type)
    {
        var name = type.Namespace ?? (type == typeof(Program) ? Root : "");
        if (name.StartsWith(Sample, StringComparison.Ordinal))
            return name[(Sample.Length + 1)..];
        if (type.Assembly != typeof(NewsroomDb).Assembly)
            return null;
        // A page's generated class is called Folder_Page there.
        if (name == Razor)
            return type.Name.Split('_') is { Length: > 1 } parts && parts[0].Length > 0 ? parts[0] : null;
        return name == Root ? "" : name.StartsWith(Root + ".", StringComparison.Ordinal) ? name[(Root.Length + 1)..] : null;
    }

    private static string First(string folder) => folder.Split('.')[0];

    private static int RowOf(string folder) => Array.FindIndex(Rows, r => r.Contains(First(folder), StringComparer.Ordinal));
}
