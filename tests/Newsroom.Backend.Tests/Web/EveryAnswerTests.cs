namespace Newsroom.Backend.Tests.Web;

public sealed class EveryAnswer
{
    [Theory]
    [InlineData("/css/site.css")]
    [InlineData("/health/live")]
    [InlineData("/no-such-page")]
    [InlineData("/api/v1/newsletters")]
    public async Task Says_what_a_browser_may_do_with_it(string path)
    {
        await using var app = await NewsroomApp.StartAsync();
        using var answer = await app.Http.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("same-origin", Header(answer, "Referrer-Policy"));
        var policy = Header(answer, "Content-Security-Policy");
        Assert.StartsWith("default-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.StartsWith("max-age=", Header(answer, "Strict-Transport-Security"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lets_forms_lead_on_to_the_checkout_and_the_newsrooms_own_sites_only()
    {
        await using var app = await NewsroomApp.StartAsync(new()
        {
            ["Stripe:ApiBase"] = "http://localhost:12111/",
            ["Site:AllowedOrigins:0"] = "https://www.example.org",
        });
        using var answer = await app.Http.GetAsync("/no-such-page", TestContext.Current.CancellationToken);
        Assert.EndsWith("form-action 'self' https://checkout.stripe.com https://billing.stripe.com http://localhost:12111 https://www.example.org",
            Header(answer, "Content-Security-Policy"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.0/8", true)]
    [InlineData("10.0.0.0/8", false)]
    public async Task Believes_trusted_proxies_only(string trusted, bool believed)
    {
        var folder = Directory.CreateTempSubdirectory("newsroom-operator-");
        try
        {
            await using var program = await RunningProgram.ServeAsync(folder.FullName, new() { ["Proxy:TrustedNetworks:0"] = trusted }, TestContext.Current.CancellationToken);
            using var request = new HttpRequestMessage(HttpMethod.Get, "/no-such-page");
            request.Headers.Host = "news.example.org";
            request.Headers.Add("X-Forwarded-For", "203.0.113.9");
            request.Headers.Add("X-Forwarded-Proto", "https");
            using var answer = await program.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(believed, answer.Headers.Contains("Strict-Transport-Security"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("/confirm/not-a-token")]
    [InlineData("/unsubscribe/not-a-token")]
    public async Task Keeps_a_token_out_of_caches_and_referers(string path)
    {
        await using var app = await NewsroomApp.StartAsync();
        using var answer = await app.Http.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal("no-referrer", Header(answer, "Referrer-Policy"));
        Assert.True(answer.Headers.CacheControl?.NoStore);
    }

    private static string Header(HttpResponseMessage answer, string name) => string.Join(", ", answer.Headers.GetValues(name));
}

public sealed class Readiness
{
    [Fact]
    public async Task Is_told_in_one_word()
    {
        await using var app = await NewsroomApp.StartAsync();
        Assert.Equal("Healthy", await app.Http.GetStringAsync("/health/ready", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Is_lost_with_the_database_while_the_process_lives()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.BreakTableAsync("__EFMigrationsHistory");
        using var ready = await app.Http.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("Unhealthy", await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using var live = await app.Http.GetAsync("/health/live", TestContext.Current.CancellationToken);
        Assert.True(live.IsSuccessStatusCode);
    }
}
