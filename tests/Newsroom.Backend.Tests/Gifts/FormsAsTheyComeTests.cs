using System.Net;
using System.Text;

namespace Newsroom.Backend.Tests;

public sealed class DonationFormsAsTheyCome
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, "")]
    [InlineData("application/json", """{"amount":"15"}""")]
    [InlineData("multipart/form-data; boundary=x", "--y\r\nbroken")]
    [InlineData("multipart/form-data", "no boundary")]
    [InlineData("application/x-www-form-urlencoded", "")]
    public async Task Without_a_form_that_can_be_read_are_an_empty_form(string? type, string body)
    {
        await using var app = await GivingApp.StartAsync();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (type is not null)
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        var answer = await app.Newsroom.Http.PostAsync("/donate", content, Token);
        var page = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(answer.StatusCode == HttpStatusCode.UnprocessableEntity, page);
        Assert.Contains("href=\"#amount\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task From_one_network_are_limited_by_the_checkouts_they_open_and_mistakes_cost_nothing()
    {
        await using var app = await GivingApp.StartAsync();
        for (var i = 0; i < 40; i++)
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SendAsync("0", i)).StatusCode);
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 40; i++)
            answers.Add(await SendAsync("15", i));
        Assert.All(answers.Take(30), a => Assert.Equal(HttpStatusCode.SeeOther, a.StatusCode));
        Assert.InRange(app.Stripe.List("checkout.session").Count, 30, 38);
        var refused = answers[^1];
        var page = await refused.Content.ReadAsStringAsync(Token);
        Assert.True(refused.StatusCode == HttpStatusCode.TooManyRequests, page);
        Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Contains("value=\"donor39@example.org\"", page, StringComparison.Ordinal);

        using var json = new StringContent("""{"amount":"15","email":"ada@example.org"}""", Encoding.UTF8, "application/json");
        var byJson = await app.Newsroom.Http.PostAsync("/api/v1/checkouts", json, Token);
        Assert.Equal(HttpStatusCode.TooManyRequests, byJson.StatusCode);
        Assert.Equal("application/problem+json", byJson.Content.Headers.ContentType?.MediaType);
        Assert.NotNull(byJson.Headers.RetryAfter);

        Task<HttpResponseMessage> SendAsync(string amount, int i) =>
            app.Newsroom.PostFormAsync("/donate", ("amount", amount), ("frequency", "once"), ("email", $"donor{i}@example.org"));
    }
}
