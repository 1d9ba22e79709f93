using Newsroom.Backend.Data;

namespace Newsroom.Backend.Subscribers.Imports;

public abstract record TakeListOutcome
{
    private TakeListOutcome()
    {
    }

    public sealed record Taken(string Id) : TakeListOutcome;

    /// <summary>Nothing was kept.</summary>
    public sealed record Refused(string WhatToDo) : TakeListOutcome;
}

/// <summary>Takes an uploaded list in, if it is one.</summary>
public sealed class TakeList(NewsroomDb db, TimeProvider clock)
{
    /// <summary>Three hundred thousand readers with all that Mailchimp keeps of them.</summary>
    public const int Largest = 64 * 1024 * 1024;

    /// <param name="file">Of at most <see cref="Largest"/> bytes, which the caller has seen to.</param>
    /// <param name="fileName">As the browser sends it.</param>
    /// <param name="cancellationToken">Cancels before the save.</param>
    public async Task<TakeListOutcome> RunAsync(Stream file, string fileName, CancellationToken cancellationToken)
    {
        var name = PlainText.OneLine(Path.GetFileName(fileName.Replace('\\', '/')), Import.FileNameLength - 1);
        if (ImportReaders.IsOfNobody(name))
            return new TakeListOutcome.Refused(ImportReaders.OfNobody);
        var zipped = await UploadedFiles.ZipAsync(file, cancellationToken);
        try
        {
            file.Position = 0;
            await ListPreview.OfAsync(file, cancellationToken);
        }
        catch (UnreadableFileException e)
        {
            return new TakeListOutcome.Refused(e.Message);
        }
        var list = new UploadedList { FileName = name, UploadedAt = clock.GetUtcNow() };
        db.Add(new UploadedFile { List = list, Content = zipped });
        await db.SaveChangesAsync(cancellationToken);
        return new TakeListOutcome.Taken(list.PublicId);
    }
}
