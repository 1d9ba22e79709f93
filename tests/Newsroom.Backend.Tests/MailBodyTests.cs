using System.Security.Cryptography;
using System.Text;
using MimeKit;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Tests;

/// <summary>Content encoded once, with a reader's links put into the encoded bytes.</summary>
public sealed class AnEncodedBody
{
    private const string Mark = "UNSUBSCRIBE-LINK-OF-THE-READER";
    private const string Other = "PREFERENCES-LINK-OF-THE-READER";
    private const string Link = "https://news.example.org/unsubscribe/7Qm3xVn2Kc9Rt5Wd8Yb4Lf6Gh1Jp0Zs7Av3Ek2Mo5Ux";

    public static TheoryData<string> Lengths => [.. Enumerable.Range(0, 160).Select(n => $"{n}")];

    /// <summary>Wherever in its line a mark stands, also where the encoder broke the line inside it.</summary>
    [Theory]
    [MemberData(nameof(Lengths))]
    public void Reads_as_if_the_link_had_been_there_before(string before)
    {
        var lead = new string('é', int.Parse(before, System.Globalization.CultureInfo.InvariantCulture) / 2) + new string('x', int.Parse(before, System.Globalization.CultureInfo.InvariantCulture));
        var text = $"{lead}{Mark}\n  {Mark} and  more\n{Other}{Mark}.\n";
        var html = $"<p>{lead} <a href=\"{Mark}\">é</a>{Other}</p>\n";
        var filled = MailBody.Of(new RenderedMail("", html, text), "=_test", Mark, Other).Fill(Link, "https://news.example.org/p/1");
        var parts = Parse(Bytes(filled));
        Assert.Equal(Own(text), parts.TextBody!.ReplaceLineEndings("\n"));
        Assert.Equal(Own(html), parts.HtmlBody!.ReplaceLineEndings("\n"));
        Assert.All(Encoding.ASCII.GetString(Bytes(filled)).Split("\r\n"), line => Assert.InRange(line.Length, 0, 76));
    }

    [Theory]
    [InlineData(".{0}.\n.\n\n.{1}\n", ".x/1")]
    [InlineData("{0}{0}.{1}.", "./.")]
    [InlineData("..\n{0}..\n.. {1} .", "1234567890123456789012345678901234567890123456789012345678901234567890123456.89")]
    public void Travels_with_each_dot_at_the_start_of_a_line_doubled(string form, string value)
    {
        var text = string.Format(System.Globalization.CultureInfo.InvariantCulture, form, Mark, Other);
        var filled = MailBody.Of(new RenderedMail("", text, text), "=_test", Mark, Other).Fill(value, value);
        using var travelling = new MemoryStream();
        foreach (var segment in filled.Stuffed)
            travelling.Write(segment.Span);
        var doubled = System.Text.RegularExpressions.Regex.Replace(Encoding.ASCII.GetString(Bytes(filled)), @"(?<=^|\r\n)\.", "..");
        Assert.Contains("\r\n..", doubled, StringComparison.Ordinal);
        Assert.Equal(doubled, Encoding.ASCII.GetString(travelling.ToArray()));
    }

    [Fact]
    public void Is_signed_in_the_relaxed_form_of_what_is_sent()
    {
        var filled = MailBody.Of(new RenderedMail("", "<p>a  b\t c </p>\n\n\n<p>  x</p>\n\n", $"Two  spaces\t\there \n\n{Mark}\n  {Other}  \n"), "=_test", Mark, Other).Fill(Link, Link);
        var relaxed = string.Concat(Encoding.ASCII.GetString(Bytes(filled)).Split("\r\n").SkipLast(1)
            .Select(line => System.Text.RegularExpressions.Regex.Replace(line, "[ \t]+", " ").TrimEnd(' ') + "\r\n"));
        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(relaxed)), filled.Hash());
    }

    [Theory]
    [InlineData("https://news.example.org/?a=b")]
    [InlineData("https://news.example.org/ä")]
    [InlineData("https://news.example.org/a b")]
    [InlineData("https://news.example.org/\r\nBcc: x@example.org")]
    public void Takes_no_value_that_encoding_would_have_changed(string value) =>
        Assert.Throws<ArgumentException>(() => MailBody.Of(new RenderedMail("", "", Mark), "=_test", Mark).Fill(value));

    private static string Own(string text) => text.Replace(Mark, Link, StringComparison.Ordinal).Replace(Other, "https://news.example.org/p/1", StringComparison.Ordinal);

    private static byte[] Bytes(FilledBody body)
    {
        using var bytes = new MemoryStream();
        foreach (var segment in body.Segments)
            bytes.Write(segment.Span);
        return bytes.ToArray();
    }

    private static MimeMessage Parse(byte[] body)
    {
        using var message = new MemoryStream([.. "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"=_test\"\r\n\r\n"u8, .. body]);
        return MimeMessage.Load(message, TestContext.Current.CancellationToken);
    }
}
