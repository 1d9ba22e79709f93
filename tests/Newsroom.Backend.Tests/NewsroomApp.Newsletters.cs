using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Newsletters;

namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    /// <summary>What the newsletter's page does with other days or another time; its editor need not sign in again every two weeks.</summary>
    public Task EditCadenceAsync(string newsletter, Cadence? cadence) => EditAsync(newsletter, edit => edit with { Text = edit.Text with { Cadence = CadenceForm.Of(cadence) } });

    public Task SetDefaultAsync(string newsletter, bool isDefault) => EditAsync(newsletter, edit => edit with { IsDefault = isDefault });

    /// <summary>No new readers from now on.</summary>
    public Task CloseNewsletterAsync(string newsletter) => EditAsync(newsletter, edit => edit with { IsClosed = true });

    private async Task EditAsync(string newsletter, Func<NewsletterEdit, NewsletterEdit> change)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        var was = await ReadAsync(db => db.Newsletters.AsNoTracking().SingleAsync(n => n.Slug == newsletter, Cancelled));
        var edit = new NewsletterEdit(
            new NewsletterText(was.Name, was.Description, CadenceForm.Of(was.Cadence), was.Lane == MailLane.Breaking ? "breaking" : null, was.SenderName, was.ReplyTo),
            was.IsDefault, was.IsClosed, EditNewsletter.SeenOf(was));
        Assert.IsType<EditNewsletterOutcome.Edited>(await scope.ServiceProvider.GetRequiredService<EditNewsletter>().RunAsync(newsletter, change(edit), Cancelled));
    }

    /// <summary>The first of the dates that the newsletter's page and <c>digests next</c> show.</summary>
    public async Task<DateTimeOffset> NextRunAsync(string newsletter)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        var runs = Assert.IsType<NextRunsOutcome.Runs>(await scope.ServiceProvider.GetRequiredService<NextRuns>().RunAsync(newsletter, Clock.GetUtcNow(), 5, Cancelled));
        Assert.Equal(5, runs.Items.Count);
        return runs.Items[0].Utc;
    }
}
