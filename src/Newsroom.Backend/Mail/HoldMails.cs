using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Mail;

/// <summary>After a restore: single mails that the backup has as waiting may have left since.</summary>
internal sealed class HoldMails(NewsroomDb db) : IHoldAfterRestore
{
    internal const string Why = "Not sent: the database was restored from a backup, and this mail may have left after the backup was made.";

    public async Task<string?> HoldAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var held = await db.OutgoingMails.Where(m => m.State == OutgoingMailState.Waiting && m.CreatedAt <= now).ExecuteUpdateAsync(
            s => s.SetProperty(m => m.State, OutgoingMailState.Withheld).SetProperty(m => m.SettledAt, now).SetProperty(m => m.Answer, Why), cancellationToken);
        return held == 0 ? null : $"{held} waiting single mail(s) (confirmations, receipts) are withheld: they may have left after the backup was made.";
    }
}
