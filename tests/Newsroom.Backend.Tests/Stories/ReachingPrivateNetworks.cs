using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Stories;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Tests.Stories;

/// <summary>What a feed's address, its redirects or its name server must not make this program do.</summary>
public sealed class ReachingPrivateNetworks : IAsyncLifetime
{
    private FeedSite _site = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await FeedSite.StartAsync();
        _site.Serves(Rss.Stories(1));
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("127.1")]
    [InlineData("0.0.0.0")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:7f00:1]")]
    [InlineData("169.254.169.254")]
    public async Task No_spelling_of_an_own_address_is_asked(string host)
    {
        var port = new Uri(_site.Url).Port;
        await using var app = await NewsroomApp.StartAsync(new() { ["Stories:Feeds:0:Url"] = $"http://{host}:{port}/feed/" });
        Assert.Contains("leads to a private or reserved network address, where this program does not go.", await app.FetchFailingAsync(), StringComparison.Ordinal);
        Assert.Empty(_site.Requests);
    }

    [Fact]
    public async Task A_redirect_into_the_own_network_is_not_followed()
    {
        using var services = Clients(new RedirectingSite(_site.Feed), OutboundGuard.Handler(allowPrivateNetworks: false));
        var answer = await Client(services).GetAsync(new Uri("https://gazette.example.org/feed/"), null, TestContext.Current.CancellationToken);
        Assert.Contains("private or reserved", Assert.IsType<FeedAnswer.Failure>(answer).Why, StringComparison.Ordinal);
        Assert.Empty(_site.Requests);
    }

    [Fact]
    public async Task A_name_with_one_private_address_among_public_ones_is_refused()
    {
        using var services = Clients(null, OutboundGuard.Handler(false, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("93.184.216.34"), IPAddress.Loopback])));
        var answer = await Client(services).GetAsync(new Uri($"http://rebind.example.org:{new Uri(_site.Url).Port}/feed/"), null, TestContext.Current.CancellationToken);
        Assert.Contains("private or reserved", Assert.IsType<FeedAnswer.Failure>(answer).Why, StringComparison.Ordinal);
        Assert.Empty(_site.Requests);
    }

    [Fact]
    public async Task A_name_is_asked_once_and_the_checked_address_is_the_one_connected_to()
    {
        var asked = new List<string>();
        using var services = Clients(null, OutboundGuard.Handler(true, (host, _) =>
        {
            asked.Add(host);
            return Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
        }));
        var answer = await Client(services).GetAsync(new Uri($"http://only-our-resolver.invalid:{new Uri(_site.Url).Port}/feed/"), null, TestContext.Current.CancellationToken);
        Assert.IsType<FeedAnswer.Content>(answer);
        Assert.Equal(["only-our-resolver.invalid"], asked);
        Assert.StartsWith("only-our-resolver.invalid", Assert.Single(_site.Requests).Header("Host"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.16.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("100.128.0.1", true)]
    [InlineData("198.18.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("::", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("2001::1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("64:ff9b::808:808", true)]
    public void Only_the_public_internet_is_public(string address, bool expected) => Assert.Equal(expected, OutboundGuard.IsPublic(IPAddress.Parse(address)));

    private static ServiceProvider Clients(DelegatingHandler? before, HttpMessageHandler handler)
    {
        var services = new ServiceCollection();
        var client = services.AddHttpClient(FeedClient.ClientName).ConfigurePrimaryHttpMessageHandler(() => handler);
        if (before is not null)
            client.AddHttpMessageHandler(() => before);
        return services.BuildServiceProvider();
    }

    private static FeedClient Client(ServiceProvider services) => new(services.GetRequiredService<IHttpClientFactory>(), Options.Create(new SiteOptions()));

    private sealed class RedirectingSite(string target) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.Host != "gazette.example.org")
                return await base.SendAsync(request, cancellationToken);
            return new HttpResponseMessage(HttpStatusCode.Found) { Headers = { Location = new Uri(target) } };
        }
    }
}
