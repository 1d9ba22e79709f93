using System.Net;
using System.Net.Sockets;
using Newsroom.Backend.Mail.Doctor;

namespace Newsroom.Backend.Tests.Doctor;

/// <summary>A server that does not answer proves nothing: what it would have said is neither right nor wrong.</summary>
public sealed class WhatTheDoctorCannotHear(ExaminedNewsroom newsroom) : IClassFixture<ExaminedNewsroom>
{
    private async Task<IReadOnlyList<Finding>> ExamineAsync(string check, Action<NameServer> trouble)
    {
        trouble(ExaminedNewsroom.Healthy(newsroom.Names));
        return await newsroom.App.ExamineAsync(check);
    }

    [Theory]
    [InlineData("dmarc", "_dmarc.news.example.org")]
    [InlineData("dmarc", "_dmarc.example.org")]
    [InlineData("ptr", "mail.example.org")]
    [InlineData("mx", "mx.example.org")]
    [InlineData("mx", "news.example.org")]
    public async Task Is_no_failure(string check, string name)
    {
        var findings = await ExamineAsync(check, n => n.Broken(name));
        Assert.Contains(findings, f => f.Result == CheckResult.Warn && f.Words.Contains(name, StringComparison.Ordinal));
        Assert.DoesNotContain(findings, f => f.Result == CheckResult.Fail);
    }

    [Fact]
    public async Task Says_nothing_of_who_speaks_for_the_sender()
    {
        Assert.Equal(CheckResult.Skipped, Assert.Single(await ExamineAsync("alignment", n => n.Broken("_dmarc.example.org"))).Result);
    }

    [Fact]
    public async Task Does_not_send_the_advice_to_another_domain_than_the_faulty_one()
    {
        var findings = await ExamineAsync("dmarc", n => n.Txt("_dmarc.example.org", "v=DMARC1; p=reject"));
        Assert.Contains(findings, f => f.Result == CheckResult.Fail && f.Advice!.Contains("_dmarc.example.org. TXT", StringComparison.Ordinal));
    }
}

/// <summary>Machines that take a connection and then say nothing.</summary>
public sealed class SilentMachines
{
    private static async Task<IReadOnlyList<Finding>> ExamineAsync(NewsroomApp app, string check)
    {
        var examining = app.ExamineAsync(check);
        while (!examining.IsCompleted)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(examining, Task.Delay(50, TestContext.Current.CancellationToken));
        }
        return await examining;
    }

    [Fact]
    public async Task Take_no_answer_from_the_relays_beside()
    {
        using var names = ExaminedNewsroom.Healthy(NameServer.Start());
        await using var other = SmtpSink.Start();
        var settings = ExaminedNewsroom.Settings(names);
        settings["Mail:Relays:0:Host"] = "127.0.0.1";
        settings["Mail:Relays:0:Name"] = "other";
        settings["Mail:Relays:0:Port"] = other.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        settings["Mail:Relays:0:Security"] = "None";
        await using var app = await NewsroomApp.StartAsync(settings);
        app.Smtp.On(SmtpStep.Connect, SmtpSink.Stall);
        var findings = await ExamineAsync(app, "relay");
        Assert.Contains(findings, f => f.Result == CheckResult.Warn && f.Words.Contains($"127.0.0.1:{app.Smtp.Port} gave no answer", StringComparison.Ordinal));
        Assert.Contains(findings, f => f.Result == CheckResult.Ok && f.Words.Contains($"127.0.0.1:{other.Port} answers", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Are_no_site_that_takes_an_unsubscription()
    {
        using var names = ExaminedNewsroom.Healthy(NameServer.Start());
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var settings = ExaminedNewsroom.Settings(names);
        settings["Site:PublicUrl"] = $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}";
        await using var app = await NewsroomApp.StartAsync(settings);
        var finding = Assert.Single(await ExamineAsync(app, "one-click"));
        Assert.True(finding.Result == CheckResult.Fail && finding.Words.Contains("does not answer this machine within 10 seconds", StringComparison.Ordinal), finding.ToString());
    }
}
