using System.Text.RegularExpressions;
using AngleSharp.Html.Parser;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Tests;

/// <summary>Every template that a feature has registered, as its sample renders.</summary>
public sealed partial class TheMailTemplates(RunningNewsroom newsroom) : IClassFixture<RunningNewsroom>
{
    private readonly NewsroomApp _app = newsroom.App;

    private async Task EachAsync(Action<RenderedMail> look)
    {
        var mails = await _app.RenderSampleMailsAsync();
        Assert.Contains(mails, m => m.Template == "confirmation");
        Assert.All(mails, m => look(m.Mail));
    }

    [Fact]
    public Task Link_to_the_same_places_in_html_and_in_text() => EachAsync(mail =>
    {
        var html = new HtmlParser().ParseDocument(mail.Html).QuerySelectorAll("a[href]").Select(a => a.GetAttribute("href")!).ToHashSet();
        Assert.NotEmpty(html);
        Assert.All(html, link => Assert.Contains(link, mail.Text, StringComparison.Ordinal));
        Assert.All(Urls().Matches(mail.Text), link => Assert.Contains(link.Value.TrimEnd('.', ','), html));
    });

    [Fact]
    public Task Are_made_for_every_eye_and_ear() => EachAsync(mail =>
    {
        var page = new HtmlParser().ParseDocument(mail.Html);
        Assert.Equal("en-US", page.DocumentElement.GetAttribute("lang"));
        Assert.Equal("ltr", page.DocumentElement.GetAttribute("dir"));
        Assert.False(string.IsNullOrWhiteSpace(page.Title));
        Assert.Equal("light dark", page.QuerySelector("meta[name=color-scheme]")?.GetAttribute("content"));
        Assert.Single(page.QuerySelectorAll("h1"));
        Assert.All(page.QuerySelectorAll("table"), t => Assert.True(t.GetAttribute("role") == "presentation" || t.QuerySelector("th[scope]") is not null, t.OuterHtml));
        Assert.All(page.QuerySelectorAll("img"), i => Assert.NotNull(i.GetAttribute("alt")));
        Assert.All(page.QuerySelectorAll("p, li, h1, h2, h3, a"), e => Assert.False(string.IsNullOrWhiteSpace(e.TextContent + e.QuerySelector("img[alt]")?.GetAttribute("alt")), e.OuterHtml));
        Assert.DoesNotContain(page.QuerySelectorAll("p, li, h1, h2, h3"), e => e.GetAttribute("style") is null && e.ParentElement?.GetAttribute("style") is null);
        Assert.Empty(page.QuerySelectorAll("script, link, iframe, form, img[width='1']"));
    });

    [Fact]
    public Task Say_who_sends_from_where_in_both_forms() => EachAsync(mail =>
    {
        foreach (var form in new[] { mail.Html, mail.Text })
        {
            Assert.Contains("The Test Gazette", form, StringComparison.Ordinal);
            Assert.Contains("1 Test Street, Testville, TS 00000", form, StringComparison.Ordinal);
        }
    });

    [Fact]
    public Task Keep_the_text_readable_as_text() => EachAsync(mail =>
    {
        Assert.DoesNotMatch(@"<[a-z/]|&[a-z#]+;|\{[{%]|\n\n\n", mail.Text);
        Assert.DoesNotMatch(@"\{[{%]", mail.Html);
        Assert.DoesNotContain('\n', mail.Subject);
        Assert.InRange(mail.Subject.Length, 5, 150);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(mail.Html), 500, 100_000);
    });

    [Fact]
    public async Task Encode_what_they_are_given_in_html_and_only_there()
    {
        await _app.WriteLetterAsync(() => new ComposedMail(EmailAddress.Parse("encoding@example.org"), null, "confirmation", new Dictionary<string, object?>(NewsroomApp.LetterModel)
        {
            ["newsletters"] = new[] { "<script>alert(1)</script> & \"Co\"" },
        }));
        await _app.RunDueJobsAsync();
        var mail = Assert.Single(_app.MailsTo("encoding@example.org"));
        Assert.DoesNotContain("<script>", mail.Html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Co&quot;", mail.Html, StringComparison.Ordinal);
        Assert.Contains("<script>alert(1)</script> & \"Co\"", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Look_like_nothing_but_mail_to_spamassassin()
    {
        Tool.Need(Tool.Exists("/usr/bin/spamassassin"), "SpamAssassin");
        foreach (var (template, mail) in await _app.RenderSampleMailsAsync())
        {
            var message = await _app.BuildAsync(new MessageParts
            {
                To = EmailAddress.Parse("reader@example.net"),
                Content = mail,
                Date = TimeProvider.System.GetUtcNow(),
                Mailed = MailedId.Single(1),
            });
            var (_, report) = await Tool.RunAsync("/usr/bin/spamassassin", ["-L", "-t"], message.ToBytes(), TestContext.Current.CancellationToken);
            var points = Points().Match(report).Groups["points"].Value;
            Assert.True(double.Parse(points, System.Globalization.CultureInfo.InvariantCulture) < 1.0, $"{template}: {report}");
        }
    }

    [GeneratedRegex(@"\((?<points>-?[\d.]+) points, ", RegexOptions.ExplicitCapture)]
    private static partial Regex Points();

    [GeneratedRegex(@"https?://[^\s<>""]+", RegexOptions.ExplicitCapture)]
    private static partial Regex Urls();
}

/// <summary>A newsroom's own copy of a template, in <c>data/templates/email</c>.</summary>
public sealed class AnOwnTemplate : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-templates-").FullName;

    private async Task<(int ExitCode, string Output)> StartWithAsync(string file, string content)
    {
        var own = Directory.CreateDirectory(Path.Combine(_folder, "data", "templates", "email")).FullName;
        await File.WriteAllTextAsync(Path.Combine(own, file), content, TestContext.Current.CancellationToken);
        using var process = System.Diagnostics.Process.Start(RunningProgram.StartInfo(_folder, [], "--urls", $"http://127.0.0.1:{FreePort.Next()}"))!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (!await Exits(process))
            process.Kill();
        await Tool.EndAsync(process, TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }

    private static async Task<bool> Exits(System.Diagnostics.Process process)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return process.HasExited;
    }

    [Theory]
    [InlineData("confirmation.html.liquid", "<p>{{ confirm_url </p>", "templates/email/confirmation.html.liquid: ", "1:")]
    [InlineData("confirmation.text.liquid", "One\nTwo {% if %}", "templates/email/confirmation.text.liquid: ", "(2:")]
    [InlineData("confirmation.html.liquid", "<a href=\"{{ confirm_ulr }}\">", "templates/email/confirmation.html.liquid: ", "confirm_ulr")]
    [InlineData("confirmation.html.liquid", "{{ confirm_url | frobnicate }}", "templates/email/confirmation.html.liquid: ", "frobnicate")]
    [InlineData("confirmation.html.liquid", "{% include '_no_such.html' %}", "templates/email/confirmation.html.liquid: ", "_no_such.html")]
    [InlineData("confirmation.html.liquid", "{% for i in (1..1000000) %}x{% endfor %}", "templates/email/confirmation.html.liquid: ", "")]
    [InlineData("_styles.json", "{ not json", "templates/email/_styles.json: ", "")]
    public async Task With_a_slip_stops_the_start_with_its_file_and_place(string file, string content, string named, string place)
    {
        var (exitCode, output) = await StartWithAsync(file, content);
        Assert.NotEqual(0, exitCode);
        Assert.Contains(named, output, StringComparison.Ordinal);
        Assert.Contains(place, output, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
