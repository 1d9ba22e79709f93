using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Tests;

/// <summary>What comes back from mail servers, providers and readers' programs, and what it is taken for.</summary>
public sealed class ReadingReports
{
    private const string Text = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nTo: bounces@example.net\nSubject: failure notice\n\n";

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    public static TheoryData<string> Reports => [.. ReportCorpus.Files];

    [Theory, MemberData(nameof(Reports))]
    public void A_report_says_whom_it_is_about_and_why(string report) =>
        Assert.Equal(ReportCorpus.Expected[report], ReportReader.Read(ReportCorpus.Read(report)).Select(ExpectedVerdict.Of));

    [Theory, MemberData(nameof(Reports))]
    public void A_report_shows_the_mark_of_the_mail_it_is_about(string report) =>
        Assert.All(ReportReader.Read(ReportCorpus.Read(report)), v => Assert.Equal([ReportCorpus.Mark], v.MarkedTexts));

    [Theory, MemberData(nameof(Reports))]
    public void Line_ends_change_nothing(string report)
    {
        var lines = Encoding.Latin1.GetString(ReportCorpus.Read(report)).Replace("\n", "\r\n", StringComparison.Ordinal);
        Assert.Equal(ReportCorpus.Expected[report], ReportReader.Read(Encoding.Latin1.GetBytes(lines)).Select(ExpectedVerdict.Of));
    }

    [Fact]
    public void Every_report_has_an_expectation_and_every_expectation_a_report() =>
        Assert.Equal(ReportCorpus.Files.ToHashSet(), ReportCorpus.Expected.Keys.ToHashSet());

    [Fact]
    public void Only_reasons_that_end_an_address_are_hard() =>
        Assert.All(ReportCorpus.Expected.Values.SelectMany(v => v).Where(v => v.Kind == "hard"), v => Assert.True(BounceReasons.EndsAnAddress(v.Reason), v.Reason));

    [Fact]
    public void A_verdict_in_JSON_has_the_documented_shape()
    {
        var verdict = Assert.Single(ReportReader.Read(ReportCorpus.Read("opensmtpd")).Take(1));
        Assert.Equal(
            """{"kind":"hard","recipients":["reader@example.org"],"status":"5.1.1","reason":"userunknown","diagnostic":"550 5.1.1 \u003Creader@example.org\u003E: Recipient address rejected: User unknown"}""",
            JsonSerializer.Serialize(verdict, Web));
    }

    [Theory]
    [InlineData("To: x <bounces+MARK@bounces.example.net>")]
    [InlineData("Delivered-To: bounces+MARK@bounces.example.net")]
    [InlineData("X-Original-To: BOUNCES+UPPER@BOUNCES.EXAMPLE.NET")]
    [InlineData("X-Failed-Recipients: SRS0=k7Qx=4B=bounces.example.net=bounces+MARK@forwarder.example.org")]
    [InlineData("To: prvs=1234567890=bounces+MARK@bounces.example.net")]
    [InlineData("References: <MARK@gazette.example.net>")]
    public void A_mark_is_found_wherever_servers_put_it(string header)
    {
        var mail = header.Replace("MARK", ReportCorpus.Mark, StringComparison.Ordinal).Replace("UPPER", ReportCorpus.Mark.ToUpperInvariant(), StringComparison.Ordinal);
        Assert.Equal([ReportCorpus.Mark], Read($"From: MAILER-DAEMON@mx.example.net\n{mail}\n\nSorry.\n").MarkedTexts);
    }

    [Fact]
    public void A_mark_is_found_in_a_text_that_was_encoded()
    {
        var body = Convert.ToBase64String(Encoding.UTF8.GetBytes($"Message-ID: <{ReportCorpus.Mark}@gazette.example.net>"));
        Assert.Equal([ReportCorpus.Mark], Read($"From: MAILER-DAEMON@mx.example.net\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n{body}\n").MarkedTexts);
    }

    [Theory]
    [InlineData("a" + ReportCorpus.Mark + "@example.net")]
    [InlineData(ReportCorpus.Mark + "a@example.net")]
    [InlineData("0123456789012345678901234567890123@example.net")]
    public void Another_text_is_no_mark(string text) => Assert.Empty(Read(Text + text).MarkedTexts);

    [Fact]
    public void Nothing_at_all_is_ignored_and_noise_is_for_people()
    {
        Assert.False(Assert.Single(ReportReader.Read(ReadOnlyMemory<byte>.Empty)).IsForPeople);
        Assert.Equal(new ExpectedVerdict("people", "-", "-",
            "unknown"), ExpectedVerdict.Of(Assert.Single(ReportReader.Read(new byte[] { 0, 1, 2, 255, 254 }))));
    }

    [Fact]
    public void The_words_are_one_line_of_at_most_500_characters()
    {
        var words = string.Concat(Enumerable.Repeat("user unknown 😀 ", 200));
        var said = Read($"{Text}Hi. This is the qmail-send program at mx.example.net.\n\n<reader@example.org>:\n550 5.1.1 {words}\n");
        Assert.Equal(BounceKind.Hard, said.Kind);
        Assert.InRange(said.Diagnostic!.Length, 450, 500);
        Assert.DoesNotContain('\n', said.Diagnostic);
        Assert.False(char.IsHighSurrogate(said.Diagnostic[^1]));
    }

    private static BounceVerdict Read(string mail) => ReportReader.Read(Encoding.UTF8.GetBytes(mail))[0];
}
