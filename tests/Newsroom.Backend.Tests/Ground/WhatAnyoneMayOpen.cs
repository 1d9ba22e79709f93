using System.Net;

namespace Newsroom.Backend.Tests.Ground;

/// <summary>The list is the decision: an endpoint that answers without a key or a session stands here, or this fails.</summary>
public sealed class WhatAnyoneMayOpen : IAsyncLifetime
{
    private const string Anonymous = """
        GET /
        GET /archive/feed.xml
        GET /archive/{newsletter?}
        GET /archive/{newsletter}/{number:int}
        GET /confirm/{token}
        GET /donate
        GET /donate/by-mail
        GET /donate/cancelled
        GET /donate/resume/{token}
        GET /donate/thanks
        GET /embed/frame-v1.js
        GET /embed/subscribe
        GET /embed/token
        GET /embed/v1-help.js
        GET /embed/v1.js
        GET /giving
        GET /giving/{token}
        GET /giving/{token}/receipts/{number}
        GET /giving/{token}/statements/{year}
        GET /health/live
        GET /health/ready
        GET /help/mail
        GET /my-data/{token}
        GET /my-data/{token}/erase
        GET /never/{token}
        GET /openapi/{documentName}.json
        GET /preferences/address/undo/{token}
        GET /preferences/address/{token}
        GET /preferences/{token}
        GET /privacy
        GET /setup
        GET /staff/api/favicon.svg
        GET /staff/api/scalar.aspnetcore.js
        GET /staff/api/scalar.js
        GET /staff/enter/{token}
        GET /staff/sign-in
        GET /subscribe
        GET /subscribe/check-your-mail
        GET /unsubscribe/{token}
        HEAD /archive/feed.xml
        PAGE /error
        POST /api/v1/checkouts
        POST /api/v1/subscriptions
        POST /confirm/{token}
        POST /donate
        POST /donate/by-mail
        POST /donate/resume/{token}
        POST /embed/subscribe
        POST /giving
        POST /giving/{token}
        POST /help/mail
        POST /my-data/{token}/erase
        POST /never/{token}
        POST /preferences/address/undo/{token}
        POST /preferences/address/{token}
        POST /preferences/{token}
        POST /setup
        POST /staff/enter/{token}
        POST /staff/sign-in
        POST /subscribe
        POST /unsubscribe/{token}
        POST /webhooks/mail/{provider}
        POST /webhooks/stripe
        """;

    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public void Is_listed_here()
    {
        var actual = string.Join('\n', _app.Endpoints().Where(e => e.IsAnonymous).Select(e => e.Name).Distinct().Order(StringComparer.Ordinal));
        Assert.True(Anonymous.ReplaceLineEndings("\n") == actual, "What anyone may open has changed. When that is meant, the list now is:\n" + actual);
    }

    [Fact]
    public async Task Is_all_there_is()
    {
        var open = new List<string>();
        foreach (var endpoint in _app.Endpoints().Where(e => !e.IsAnonymous))
        {
            using var request = new HttpRequestMessage(new HttpMethod(endpoint.Method), endpoint.SamplePath);
            var answer = await _app.Http.SendAsync(request, TestContext.Current.CancellationToken);
            var refused = answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                || (answer.StatusCode == HttpStatusCode.Found && answer.Headers.Location?.OriginalString.Contains("/staff/sign-in", StringComparison.Ordinal) == true);
            if (!refused)
                open.Add($"{endpoint.Name} answered {(int)answer.StatusCode}");
        }
        Assert.Empty(open);
    }

    [Fact]
    public async Task Has_nothing_of_the_demo_in_production()
    {
        Assert.DoesNotContain(_app.Endpoints(), e => e.IsDemo);
        foreach (var path in new[] { "/dev/inbox", "/dev/feed.xml", "/dev" })
            Assert.Contains((await _app.Http.GetAsync(path, TestContext.Current.CancellationToken)).StatusCode, new[] { HttpStatusCode.NotFound, HttpStatusCode.Unauthorized });
    }
}
