using System.Net;
using Microsoft.Extensions.Configuration;
using Newsroom.Backend.Demo;

namespace Newsroom.Backend.Tests;

/// <summary>Demo values lie below everything: what somebody configured wins, and with it everything that belongs together.</summary>
public sealed class DemoValues
{
    private static readonly IPEndPoint Smtp = new(IPAddress.Loopback, 12345);

    [Fact]
    public void Fill_what_nobody_configured()
    {
        var demo = Of([]);
        Assert.True(demo.IsUntouched);
        Assert.Equal("http://localhost:5080", demo.Values["Site:PublicUrl"]);
        Assert.Equal("http://localhost:5080/dev/stripe", demo.Values["Stripe:ApiBase"]);
        Assert.Equal("http://localhost:5080/dev/feed.xml", demo.Values["Stories:Feeds:0:Url"]);
        Assert.Equal(("Capture", "127.0.0.1", "12345"), (demo.Values["Mail:Transport"], demo.Values["Mail:Smtp:Host"], demo.Values["Mail:Smtp:Port"]));
    }

    [Theory]
    [InlineData("Mail:Smtp:Host", "smtp.example.org", "Mail:")]
    [InlineData("Stripe:SecretKey", "sk_test_of_my_own", "Stripe:")]
    [InlineData("Stories:Feeds:0:Url", "https://example.org/feed/", "Stories:")]
    public void Leave_a_group_alone_when_its_heart_is_configured(string key, string value, string group)
    {
        var demo = Of(new() { [key] = value });
        Assert.False(demo.IsUntouched);
        Assert.DoesNotContain(demo.Values.Keys, k => k.StartsWith(group, StringComparison.Ordinal) && k != "Mail:From");
    }

    [Theory]
    [InlineData("urls", "http://127.0.0.1:7000;https://127.0.0.1:7001", "http://127.0.0.1:7000")]
    [InlineData("urls", "http://*:7000", "http://localhost:7000")]
    [InlineData("urls", "http://0.0.0.0:7000/", "http://localhost:7000")]
    [InlineData("http_ports", "8080", "http://localhost:8080")]
    public void Know_where_the_program_listens(string key, string value, string url) => Assert.Equal(url, Of(new() { [key] = value }).Url);

    private static DemoConfiguration Of(Dictionary<string, string?> configured) =>
        DemoConfiguration.Of(new ConfigurationBuilder().AddInMemoryCollection(configured).Build(), Smtp, "data/demo-dkim.pem");
}
