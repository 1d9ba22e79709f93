using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Tests;

public sealed class ASingleMail
{
    [Fact]
    public async Task Is_sent_once_with_the_answer_kept()
    {
        await using var app = await NewsroomApp.StartAsync();
        var id = await app.WriteLetterAsync("reader@example.org");
        await app.RunDueJobsAsync();
        await app.RunDueJobsAsync();
        var mail = Assert.Single(app.Mails);
        Assert.Equal("reader@example.org", mail.To);
        Assert.Equal("/confirm/test", mail.Link("/confirm/"));
        var row = await app.OutgoingMailAsync(id);
        Assert.Equal((OutgoingMailState.Sent, 1, 250), (row.State, row.Attempts, row.Code));
        Assert.Equal(NewsroomApp.Start, row.SettledAt);
    }
}
