using System.Globalization;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Mail;

/// <summary>What servers answered is for looking into a fault, and may name an address: afterwards only the code stays.</summary>
public sealed class ForgetMailAnswers(NewsroomDb db, TimeProvider clock)
{
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(90);

    internal static string HowLong { get; } = string.Create(CultureInfo.InvariantCulture, $"{KeptFor.TotalDays:0} days");

    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow() - KeptFor;
        return db.OutgoingMails.Where(m => m.Answer != null && m.SettledAt < end).ExecuteUpdateAsync(s => s.SetProperty(m => m.Answer, (string?)null), cancellationToken);
    }
}
