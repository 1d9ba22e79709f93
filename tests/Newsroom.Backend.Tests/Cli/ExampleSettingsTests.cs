using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Newsroom.Backend.Data;
using Newsroom.Backend.Demo;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Doctor;
using Newsroom.Backend.Staff.SignIn;
using Newsroom.Backend.Stories;
using Newsroom.Backend.Web;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Tests.Cli;

/// <summary><c>appsettings.example.json</c>, which an operator copies and edits.</summary>
public sealed class TheExampleSettings : IDisposable
{
    private static readonly string Repository = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", ".."));
    private static readonly string Example = Path.Combine(Repository, "appsettings.example.json");

    private static readonly (string Section, Type Options)[] Sections =
    [
        (SiteOptions.Section, typeof(SiteOptions)), (DatabaseOptions.Section, typeof(DatabaseOptions)), (JobsOptions.Section, typeof(JobsOptions)),
        (MailOptions.Section, typeof(MailOptions)), (DoctorOptions.Section, typeof(DoctorOptions)), (SendingOptions.Section, typeof(SendingOptions)),
        (StripeOptions.Section, typeof(StripeOptions)), (StoriesOptions.Section, typeof(StoriesOptions)), (OrganisationOptions.Section, typeof(OrganisationOptions)),
        (ProxyOptions.Section, typeof(ProxyOptions)), (DemoOptions.Section, typeof(DemoOptions)), (PrivacyOptions.Section, typeof(PrivacyOptions)),
        (SetupOptions.Section, typeof(SetupOptions)), (WebhooksOptions.Section, typeof(WebhooksOptions)),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-example-").FullName;

    [Fact]
    public async Task Start_the_program_as_they_stand()
    {
        File.Copy(Example, Path.Combine(_folder, "appsettings.json"));
        var (exit, output, errors) = await RunningProgram.CommandAsync(_folder, [], TestContext.Current.CancellationToken, "db", "status");
        Assert.True(exit == 0 && errors.Length == 0, output + errors);
    }

    [Fact]
    public async Task May_have_null_for_what_is_not_set()
    {
        const string Nulls = """{"Site": {"PublicUrl": null, "PostalAddress": null, "TimeZone": null}, "Mail": {"From": null, "Smtp": {"Host": null, "Connections": null}, "Relays": null}}""";
        await File.WriteAllTextAsync(Path.Combine(_folder, "appsettings.json"), Nulls, TestContext.Current.CancellationToken);
        var (exit, _, errors) = await RunningProgram.CommandAsync(_folder, [], TestContext.Current.CancellationToken, "mail", "test", "desk@example.org");
        Assert.Equal((1, "Mail is not configured: set Mail:From, Mail:Smtp:Host, Site:PublicUrl."), (exit, errors.Trim()));
    }

    [Fact]
    public void Have_every_key_that_the_program_reads()
    {
        var example = new ConfigurationBuilder().AddJsonFile(Example).Build();
        string[] there = [.. example.AsEnumerable().Select(pair => pair.Key)];
        Assert.Empty(Sections.SelectMany(s => Keys(s.Section, s.Options)).Except(there, StringComparer.Ordinal));
    }

    [Fact]
    public void Have_no_key_that_the_program_does_not_read()
    {
        HashSet<string> read = [.. Sections.SelectMany(s => Keys(s.Section, s.Options).Prepend(s.Section))];
        // Amounts are read by their own rules (Donations), and the connection string by its provider's.
        string[] free = ["Stripe:Minimum", "Stripe:Maximum", "Stripe:Presets", "Stripe:FeeCover", "ConnectionStrings"];
        var example = new ConfigurationBuilder().AddJsonFile(Example).Build();
        Assert.DoesNotContain(example.AsEnumerable().Select(pair => pair.Key), key =>
            !read.Contains(key) && !free.Any(f => key == f || key.StartsWith(f + ":", StringComparison.Ordinal))
            && !read.Any(list => key.StartsWith(list + ":", StringComparison.Ordinal) && char.IsAsciiDigit(key[list.Length + 1])));
    }

    [Fact]
    public void Are_each_told_of_in_the_readme()
    {
        // Keys that share a line share its beginning: `Mail:Smtp:Host`, `Port`.
        HashSet<string> told = [.. File.ReadAllText(Path.Combine(Repository, "README.md")).Split('`', ':')];
        Assert.DoesNotContain(Sections.SelectMany(s => Keys(s.Section, s.Options)), key => !told.Contains(key[(key.LastIndexOf(':') + 1)..]));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The keys of an options class, sections and values, without what stands in lists.</summary>
    private static IEnumerable<string> Keys(string section, Type options)
    {
        foreach (var property in options.GetProperties().Where(p => p.CanWrite || IsList(p.PropertyType)))
        {
            var key = $"{section}:{property.Name}";
            yield return key;
            if (property.PropertyType.Namespace!.StartsWith("Newsroom.", StringComparison.Ordinal) && property.PropertyType.IsClass)
            {
                foreach (var below in Keys(key, property.PropertyType))
                    yield return below;
            }
        }
    }

    private static bool IsList(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>);

    private static string Here([CallerFilePath] string path = "") => path;
}
