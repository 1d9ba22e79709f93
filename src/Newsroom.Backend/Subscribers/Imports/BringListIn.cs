using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;

namespace Newsroom.Backend.Subscribers.Imports;

public abstract record BringListInOutcome
{
    private BringListInOutcome()
    {
    }

    /// <param name="ImportId">Public id.</param>
    public sealed record Begun(string ImportId) : BringListInOutcome;

    public sealed record NoSuchList : BringListInOutcome;

    /// <summary>It is not checked, or was brought in already.</summary>
    public sealed record NotNow : BringListInOutcome;
}

/// <summary>Staff have read the report: a job brings the readers in.</summary>
public sealed partial class BringListIn(NewsroomDb db, UploadedFiles files, IBackgroundJobClient jobs, TimeProvider clock, ILogger<BringListIn> log)
{
    public async Task<BringListInOutcome> RunAsync(string id, CancellationToken cancellationToken)
    {
        long key = 0;
        var outcome = await db.RetryingAsync<BringListInOutcome>(
            async turn =>
            {
                if (await db.UploadedLists.SingleOrDefaultAsync(l => l.PublicId == id, turn) is not { } list)
                    return new BringListInOutcome.NoSuchList();
                if (list.Stage != ListStage.Checked || await files.OpenAsync(list.Id, turn) is not { } stream)
                    return new BringListInOutcome.NotNow();
                var newsletter = await db.Newsletters.SingleAsync(n => n.Slug == list.Newsletter, turn);
                await using (stream)
                {
                    using var file = await ImportFile.OpenAsync(stream, list.Choices, turn);
                    list.BringIn(Import.Begin(newsletter.Id, list.FileName, list.ConsentText!, file.Format.Name, clock.GetUtcNow()));
                }
                await db.SaveChangesAsync(turn);
                key = list.Id;
                return new BringListInOutcome.Begun(list.Import!.PublicId);
            },
            cancellationToken);
        if (outcome is BringListInOutcome.Begun && jobs.Ring<RunList>(Queues.Bulk, j => j.RunAsync(key, CancellationToken.None)) is { } why)
            LogNotEnqueued(why);
        return outcome;
    }

    [LoggerMessage(LogLevel.Warning, "The job that brings a list in could not be enqueued: it waits for the minutely sweep")]
    private partial void LogNotEnqueued(Exception exception);
}
