using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;

namespace Newsroom.Backend.Subscribers.Imports;

public abstract record CheckListOutcome
{
    private CheckListOutcome()
    {
    }

    public sealed record Begun : CheckListOutcome;

    public sealed record NoSuchList : CheckListOutcome;

    /// <summary>A job has it, or it was brought in.</summary>
    public sealed record NotNow : CheckListOutcome;

    /// <param name="Field">Of the form.</param>
    /// <param name="WhatToDo">One sentence.</param>
    public sealed record Invalid(string Field, string WhatToDo) : CheckListOutcome;
}

/// <summary>Staff have said what a list is: a job judges every row, and writes nothing of it.</summary>
public sealed partial class CheckList(NewsroomDb db, UploadedFiles files, IBackgroundJobClient jobs, ILogger<CheckList> log)
{
    /// <param name="id">The list's public id.</param>
    /// <param name="newsletter">Slug.</param>
    /// <param name="consent">What these readers agreed to, and where.</param>
    /// <param name="choices">Of its columns; what is not named is read as recognised.</param>
    /// <param name="cancellationToken">Cancels before the save.</param>
    public async Task<CheckListOutcome> RunAsync(string id, string? newsletter, string? consent, IReadOnlyList<ColumnChoice> choices, CancellationToken cancellationToken)
    {
        if (await db.UploadedLists.Where(l => l.PublicId == id).Select(l => (long?)l.Id).SingleOrDefaultAsync(cancellationToken) is not { } key)
            return new CheckListOutcome.NoSuchList();
        if (await FaultOfAsync(key, newsletter, consent, choices, cancellationToken) is { } fault)
            return fault;
        var outcome = await db.RetryingAsync<CheckListOutcome>(
            async turn =>
            {
                if (await db.UploadedLists.SingleOrDefaultAsync(l => l.Id == key, turn) is not { } list)
                    return new CheckListOutcome.NoSuchList();
                if (list.Stage is not (ListStage.Uploaded or ListStage.Checked))
                    return new CheckListOutcome.NotNow();
                list.Check(newsletter!, consent!.Trim(), choices);
                await db.SaveChangesAsync(turn);
                return new CheckListOutcome.Begun();
            },
            cancellationToken);
        if (outcome is CheckListOutcome.Begun && jobs.Ring<RunList>(Queues.Bulk, j => j.RunAsync(key, CancellationToken.None)) is { } why)
            LogNotEnqueued(why);
        return outcome;
    }

    private async Task<CheckListOutcome?> FaultOfAsync(long key, string? newsletter, string? consent, IReadOnlyList<ColumnChoice> choices, CancellationToken cancellationToken)
    {
        try
        {
            if (await files.OpenAsync(key, cancellationToken) is not { } stream)
                return new CheckListOutcome.NotNow();
            await using (stream)
            {
                // Its first lines only: that a column of the address is there, and none unread that says no.
                using var file = await ImportFile.OpenAsync(stream, choices, cancellationToken);
            }
        }
        catch (UnreadableFileException e)
        {
            return new CheckListOutcome.Invalid("columns", e.Message);
        }
        if (newsletter is null || !await db.Newsletters.AnyAsync(n => n.Slug == newsletter, cancellationToken))
            return new CheckListOutcome.Invalid("newsletter", "Choose the newsletter that these readers are to get.");
        return ImportConsent.FaultOf(consent) is { } fault ? new CheckListOutcome.Invalid("consent", fault) : null;
    }

    [LoggerMessage(LogLevel.Warning, "The job that checks a list could not be enqueued: it waits for the minutely sweep")]
    private partial void LogNotEnqueued(Exception exception);
}
