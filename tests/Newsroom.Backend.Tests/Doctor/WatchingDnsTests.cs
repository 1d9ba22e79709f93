using Newsroom.Backend.Mail.Doctor;

namespace Newsroom.Backend.Tests.Doctor;

/// <summary>The doctor asks DNS by itself: what is wrong twice in a row is told, once, until it is right.</summary>
public sealed class WatchingDns : IAsyncLifetime
{
    private readonly NameServer _names = NameServer.Start();
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync(ExaminedNewsroom.Settings(_names));

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _names.Dispose();
    }

    [Fact]
    public async Task Says_nothing_while_all_is_well_and_asks_again_in_a_day()
    {
        ExaminedNewsroom.Healthy(_names);
        var look = await _app.WatchDnsAsync(await _app.WatchDnsAsync());
        Assert.Equal((0, WatchDns.Daily), (look.Wrong.Count, look.NextIn));
        Assert.Empty(await _app.OpenAlertsAsync());
        // Neither the relay nor the site was visited.
        Assert.Equal(0, _app.Smtp.Connections);
    }

    [Fact]
    public async Task Tells_what_is_wrong_twice_an_hour_apart_and_ends_it()
    {
        ExaminedNewsroom.Healthy(_names);
        Without("_dmarc.example.org");
        var look = await _app.WatchDnsAsync();
        Assert.Equal(WatchDns.Apart, look.NextIn);
        Assert.Empty(await _app.OpenAlertsAsync());
        look = await _app.WatchDnsAsync(look);
        Assert.Contains("There is no DMARC record for news.example.org", (await _app.OpenAlertsAsync())["mail.dns"], StringComparison.Ordinal);
        look = await _app.WatchDnsAsync(look);
        await _app.RunEnqueuedJobsAsync();
        Assert.Contains("There is no DMARC record", Assert.Single(_app.MailsTo("desk@example.org")).Text, StringComparison.Ordinal);

        ExaminedNewsroom.Healthy(_names);
        look = await _app.WatchDnsAsync(look);
        Assert.Equal(WatchDns.Daily, look.NextIn);
        Assert.Empty(await _app.OpenAlertsAsync());
    }

    [Fact]
    public async Task Does_not_tell_of_two_things_that_were_each_wrong_once()
    {
        ExaminedNewsroom.Healthy(_names);
        Without("_dmarc.example.org");
        var look = await _app.WatchDnsAsync();
        Without("test2026._domainkey.news.example.org");
        look = await _app.WatchDnsAsync(look);
        Assert.Equal(["dkim"], look.Wrong);
        Assert.Equal(WatchDns.Apart, look.NextIn);
        Assert.Empty(await _app.OpenAlertsAsync());
    }

    [Theory]
    [InlineData("news.example.org")]
    [InlineData("test2026._domainkey.news.example.org")]
    [InlineData("_dmarc.news.example.org")]
    [InlineData("25.2.0.192.in-addr.arpa")]
    public async Task Takes_a_server_that_does_not_answer_for_no_answer(string name)
    {
        ExaminedNewsroom.Healthy(_names).Broken(name);
        await _app.WatchDnsAsync(await _app.WatchDnsAsync());
        Assert.Empty(await _app.OpenAlertsAsync());

        // Nor is it a sign that what was wrong is right now.
        Without("_dmarc.example.org");
        await _app.WatchDnsAsync(await _app.WatchDnsAsync());
        ExaminedNewsroom.Healthy(_names).Broken(name);
        Assert.Equal(WatchDns.Apart, (await _app.WatchDnsAsync()).NextIn);
        Assert.Single(await _app.OpenAlertsAsync());
    }

    [Fact]
    public async Task Leaves_a_newsroom_in_peace_from_which_no_mail_leaves()
    {
        await using var app = await NewsroomApp.StartAsync(new(ExaminedNewsroom.Settings(_names)) { ["Mail:Transport"] = "Capture" });
        _names.Clear();
        await app.WatchDnsAsync(await app.WatchDnsAsync());
        Assert.Empty(await app.OpenAlertsAsync());
        Assert.Empty(_names.Asked);
    }

    /// <summary>All is well but for one name's records.</summary>
    private void Without(string name)
    {
        _names.Clear();
        ExaminedNewsroom.Healthy(_names).Remove(name);
    }
}
