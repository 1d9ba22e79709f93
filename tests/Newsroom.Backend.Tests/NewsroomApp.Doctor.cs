using Microsoft.Extensions.DependencyInjection;
using Newsroom.Backend.Mail.Doctor;

namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    /// <summary>What the command <c>doctor</c> shows without <c>--mailbox</c>, by way of the API.</summary>
    public async Task<IReadOnlyList<Finding>> ExamineAsync(string? check = null)
    {
        var findings = (await GetAsync("/api/v1/doctor"))["findings"]!.AsArray().Select(f => new Finding(
            (string)f!["check"]!, Enum.Parse<CheckResult>((string)f["result"]!, ignoreCase: true), (string)f["words"]!, (string?)f["advice"]));
        return [.. findings.Where(f => check is null || f.Check == check)];
    }

    /// <summary>What <c>doctor --mailbox</c> does beside.</summary>
    public async Task<IReadOnlyList<Finding>> TestMailboxAsync()
    {
        await using var scope = _program.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<TestMailbox>().RunAsync(TestContext.Current.CancellationToken);
    }

    public async Task<TestMailOutcome> SendTestMailAsync(string to)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<SendTestMail>().RunAsync(to, TestContext.Current.CancellationToken);
    }
}
