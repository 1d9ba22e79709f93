using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Fluid;
using Fluid.Values;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Mail;

/// <summary>What a template makes: a subject of one line, and the same message as HTML and as text.</summary>
public sealed record RenderedMail(string Subject, string Html, string Text);

/// <summary>
/// The wording of mails: Liquid files beside the program in <c>templates/email</c>. A newsroom's own copy of a file in
/// <c>data/templates/email</c> goes before it. HTML is encoded by itself; a variable the model does not have is a fault, not an empty place.
/// </summary>
public sealed partial class MailTemplates
{
    public const string OwnFolder = "data/templates/email";

    // A digest of 100 stories takes some 10,000 steps; an endless loop must end.
    private const int MaxSteps = 200_000;
    private readonly FluidParser _parser = new();
    private readonly IFileProvider _files;
    private readonly IOptions<SiteOptions> _site;
    private volatile Ground? _ground;
    private readonly ConcurrentDictionary<string, IFluidTemplate> _parsed = new(StringComparer.Ordinal);

    public MailTemplates(IOptions<SiteOptions> site)
    {
        _site = site;
        var shipped = new PhysicalFileProvider(Path.Combine(AppContext.BaseDirectory, "templates", "email"));
        var own = Path.GetFullPath(OwnFolder);
        _files = Directory.Exists(own) ? new CompositeFileProvider(new PhysicalFileProvider(own), shipped) : shipped;
    }

    /// <summary>Made anew when staff have changed the newsroom's details.</summary>
    private TemplateOptions Options
    {
        get
        {
            var site = _site.Value;
            return _ground is { } ground && ReferenceEquals(ground.Site, site) ? ground.Options : (_ground = new Ground(site, OptionsOf(site))).Options;
        }
    }

    /// <summary>The files there are, each with the newsroom's own copy counted once.</summary>
    public IEnumerable<string> Files => _files.GetDirectoryContents("").Where(f => !f.IsDirectory && f.Name.EndsWith(".liquid", StringComparison.Ordinal)).Select(f => f.Name);

    /// <param name="template">NAME of <c>NAME.subject.liquid</c>, <c>NAME.html.liquid</c> and <c>NAME.text.liquid</c>.</param>
    /// <param name="model">Texts, numbers, lists and dictionaries; a key for everything that the template may name, null where there is nothing.</param>
    /// <param name="cancellationToken">Checked between the three.</param>
    /// <exception cref="MailTemplateException">A file is absent or faulty, or names something the model does not have.</exception>
    public async ValueTask<RenderedMail> RenderAsync(string template, IReadOnlyDictionary<string, object?> model, CancellationToken cancellationToken)
    {
        var subject = await RenderAsync($"{template}.subject.liquid", model, NullEncoder.Default, cancellationToken);
        var html = await RenderAsync($"{template}.html.liquid", model, HtmlEncoder.Default, cancellationToken);
        var text = await RenderAsync($"{template}.text.liquid", model, NullEncoder.Default, cancellationToken);
        return new RenderedMail(HeaderText.OneLine(subject) ?? "", html, Tidy(text));
    }

    /// <exception cref="MailTemplateException">It cannot be parsed.</exception>
    public IFluidTemplate Parse(string file) => _parsed.GetOrAdd(file, name =>
    {
        var found = _files.GetFileInfo(name);
        if (!found.Exists)
            throw new MailTemplateException(name, "there is no such file");
        using var reader = new StreamReader(found.CreateReadStream());
        return _parser.TryParse(reader.ReadToEnd(), out var parsed, out var error) ? parsed : throw new MailTemplateException(name, error);
    });

    private async ValueTask<string> RenderAsync(string file, IReadOnlyDictionary<string, object?> model, TextEncoder encoder, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var context = new TemplateContext(Options);
        foreach (var (key, value) in model)
            context.SetValue(key, value);
        try
        {
            return await Parse(file).RenderAsync(context, encoder);
        }
        catch (Exception e) when (e is FluidException or ParseException or FileNotFoundException or InvalidOperationException)
        {
            throw new MailTemplateException(file, e.Message, e);
        }
    }

    private TemplateOptions OptionsOf(SiteOptions newsroom)
    {
        var options = new TemplateOptions
        {
            FileProvider = _files,
            MaxSteps = MaxSteps,
            StrictVariables = true,
            StrictFilters = true,
            CultureInfo = newsroom.Culture,
            TimeZone = newsroom.Zone,
        };
        options.Scope.SetValue("style", FluidValue.Create(Styles(), options));
        options.Scope.SetValue("site", FluidValue.Create(Site(newsroom), options));
        return options;
    }

    private static Dictionary<string, object?> Site(SiteOptions newsroom) => new(StringComparer.Ordinal)
    {
        ["name"] = newsroom.Name,
        ["url"] = newsroom.Link("/"),
        ["postal_address"] = newsroom.PostalAddress,
        ["language"] = newsroom.Language,
        ["direction"] = newsroom.Culture.TextInfo.IsRightToLeft ? "rtl" : "ltr",
        ["time_zone"] = newsroom.TimeZone,
    };

    private Dictionary<string, string> Styles()
    {
        const string file = "_styles.json";
        try
        {
            using var stream = _files.GetFileInfo(file).CreateReadStream();
            return JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!;
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            throw new MailTemplateException(file, e.Message, e);
        }
    }

    /// <summary>Tags leave empty lines behind; one is enough between paragraphs.</summary>
    private static string Tidy(string text) => EmptyLines().Replace(LineEnds().Replace(text.ReplaceLineEndings("\n"), "\n"), "\n\n").Trim() + "\n";

    /// <param name="Site">Whose details stand in the options.</param>
    /// <param name="Options">Of every rendering.</param>
    private sealed record Ground(SiteOptions Site, TemplateOptions Options);

    [GeneratedRegex(@"[ \t]+\n", RegexOptions.None, 1000)]
    private static partial Regex LineEnds();

    [GeneratedRegex(@"\n{3,}", RegexOptions.None, 1000)]
    private static partial Regex EmptyLines();
}

/// <summary>A template's fault: says the file and, for syntax, the place.</summary>
public sealed class MailTemplateException(string file, string fault, Exception? cause = null)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"templates/email/{file}: {fault}"), cause);
