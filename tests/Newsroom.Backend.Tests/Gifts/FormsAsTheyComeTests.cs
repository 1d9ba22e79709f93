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
}
