using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Subscribers.Preferences;

/// <summary>The name in the "To" line of a reader's mails; nothing takes it away.</summary>
public sealed class RenameReader(NewsroomDb db)
{
    public async Task RunAsync(long subscriberId, string? name, CancellationToken cancellationToken)
    {
        var line = HeaderText.OneLine(name);
        if (line?.Length > Subscriber.NameLength)
            line = line[..(char.IsHighSurrogate(line[Subscriber.NameLength - 1]) ? Subscriber.NameLength - 1 : Subscriber.NameLength)];
        await db.Subscribers.Where(s => s.Id == subscriberId && s.Status != SubscriberStatus.Erased).ExecuteUpdateAsync(
            s => s.SetProperty(x => x.Name, line).SetProperty(x => x.Version, x => x.Version + 1), cancellationToken);
    }
}

/// <summary>The language a reader would like: one of <see cref="ReaderLanguage.All"/>, or the newsroom's own.</summary>
public sealed class ChooseLanguage(NewsroomDb db)
{
    /// <param name="subscriberId">Whose.</param>
    /// <param name="tag">Empty or not on the list: the newsroom's own.</param>
    /// <param name="cancellationToken">Cancels before the save.</param>
    public async Task RunAsync(long subscriberId, string? tag, CancellationToken cancellationToken)
    {
        var known = ReaderLanguage.All.Any(l => l.Tag == tag) ? tag : null;
        await db.Subscribers.Where(s => s.Id == subscriberId && s.Status != SubscriberStatus.Erased).ExecuteUpdateAsync(
            s => s.SetProperty(x => x.Language, known).SetProperty(x => x.Version, x => x.Version + 1), cancellationToken);
    }
}
