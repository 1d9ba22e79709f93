using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    /// <summary>Amazon's side of SNS, for the program's own HTTP client.</summary>
    public AmazonHosts Amazon { get; } = new();

    /// <summary>Posts a message that came back; gives what the program makes of it (the first of several).</summary>
    public async Task<JsonNode> ReturnAsync(string message)
    {
        using var body = new StringContent(message, Encoding.Latin1, new MediaTypeHeaderValue("message/rfc822"));
        var answer = await Api.PostAsync("/api/v1/bounces", body, Cancelled);
        var text = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{(int)answer.StatusCode} {text}");
        var json = JsonNode.Parse(text)!;
        return json is JsonArray several ? several[0]! : json;
    }

    /// <summary>A verdict as some reader of reports made it.</summary>
    public async Task<TakenVerdict> HearAsync(BounceVerdict verdict, string? id = null, string raw = "")
    {
        await using var scope = _program.Services.CreateAsyncScope();
        var report = new IncomingReport(ReportSource.Api, IncomingReport.HashOf(id ?? Guid.CreateVersion7().ToString()), [verdict], Encoding.UTF8.GetBytes(raw));
        return (await scope.ServiceProvider.GetRequiredService<TakeVerdicts>().RunAsync(report, Cancelled))[0];
    }

    /// <summary>A single mail that really left; gives its mark.</summary>
    public async Task<string> SentLetterAsync(string to)
    {
        var id = await WriteLetterAsync(to, reachesSuppressed: true);
        await RunEnqueuedJobsAsync();
        Assert.Equal(OutgoingMailState.Sent, (await OutgoingMailAsync(id)).State);
        return await MarkAsync(MailedId.Single(id));
    }

    /// <summary>Puts the single mails back to where a stop of the program would have left them.</summary>
    public Task LeaveLettersAsync(OutgoingMailState state) => ReadAsync(db => db.OutgoingMails.ExecuteUpdateAsync(s => s.SetProperty(m => m.State, state), Cancelled));

    public async Task<SuppressionReason?> SuppressedForAsync(string address)
    {
        var listed = (await ApiListAsync("/api/v1/suppressions")).SingleOrDefault(s => s.GetProperty("address").GetString() == address);
        return listed.ValueKind == JsonValueKind.Undefined ? null : Enum.Parse<SuppressionReason>(listed.GetProperty("reason").GetString()!, ignoreCase: true);
    }

    public async Task<string> SuppressionIdAsync(string address) =>
        (await ApiListAsync("/api/v1/suppressions")).Single(s => s.GetProperty("address").GetString() == address).GetProperty("id").GetString()!;

    public async Task<HttpStatusCode> LiftAsync(string address, bool complaint = false) =>
        (await Api.PostAsJsonAsync($"/api/v1/suppressions/{await SuppressionIdAsync(address)}/lift", new { why = "She called and said that the mailbox is back.", complaint }, Cancelled)).StatusCode;

    public Task<List<MailReport>> ReportsAsync() => ReadAsync(db => db.MailReports.AsNoTracking().OrderBy(r => r.Id).ToListAsync(Cancelled));

    /// <summary>A provider's event, as it comes from outside.</summary>
    public async Task<HttpResponseMessage> PostEventAsync(string provider, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/mail/" + provider) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await Http.SendAsync(request, Cancelled);
    }
}

/// <summary>Answers what the program asks Amazon, and notes it.</summary>
public sealed class AmazonHosts : HttpMessageHandler
{
    public string CertificatePem { get; set; } = "";

    public List<string> Asked { get; } = [];

    public bool IsAway { get; set; }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Asked.Add(request.RequestUri!.AbsoluteUri);
        if (IsAway)
            throw new HttpRequestException("No route to Amazon.");
        return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(request.RequestUri.AbsolutePath.EndsWith(".pem", StringComparison.Ordinal) ? CertificatePem : "<ok/>") });
    }
}
