using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Demo.Sample;

/// <summary>Readers who joined over a year and a half, each with what they agreed to. Some never confirmed, some left again, some addresses bounce.</summary>
internal sealed class SampleReaders(NewsroomDb db, LinkTokens tokens, SuppressionList suppressions)
{
    private const int Batch = 2_000;
    private const int Days = 540;

    public async Task WriteAsync(int count, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var random = new Random(1);
        for (var done = 0; done < count; done += Batch)
        {
            var newsletters = await db.Newsletters.OrderBy(n => n.Id).ToListAsync(cancellationToken);
            for (var number = done; number < Math.Min(count, done + Batch); number++)
                await AddAsync(number, newsletters, random, now, cancellationToken);
            await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
        }
    }

    private async Task AddAsync(int number, List<Newsletter> newsletters, Random random, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var address = EmailAddress.Parse(SamplePeople.Address(number));
        // More join of late than at the beginning.
        var asked = now - TimeSpan.FromDays(Days * Math.Pow(random.NextDouble(), 1.4)) - TimeSpan.FromMinutes(random.Next(60, 600));
        var reader = new Subscriber { Address = address.Value, AddressKey = address.Key, Name = random.Next(3) == 0 ? SamplePeople.Name(number) : null, CreatedAt = asked };
        var chosen = newsletters.Where((_, n) => n == 0 || random.Next(5) == 0).ToList();
        foreach (var newsletter in chosen)
            reader.Subscriptions.Add(await Subscription.NewAsync(newsletter, tokens, asked, cancellationToken));
        db.Add(reader);
        db.Add(Consent.Append(reader, ConsentEvent.Requested, chosen, ConsentWording.SignUp, ConsentMethod.Form, new ConsentPlace("footer", "https://harbour-gazette.example/"), asked));
        var fate = random.Next(100);
        if (fate < 4)
            return;
        var confirmed = asked + TimeSpan.FromMinutes(random.Next(1, 60));
        reader.Confirm(confirmed);
        reader.Subscriptions.ForEach(s => s.Activate(confirmed));
        db.Add(Consent.Append(reader, ConsentEvent.Confirmed, chosen, ConsentWording.Confirm, ConsentMethod.ConfirmPage, new ConsentPlace(), confirmed));
        var later = confirmed + ((now - confirmed) * random.NextDouble());
        if (fate < 14)
            Leave(reader, chosen, later);
        else if (fate < 16)
            await BounceAsync(reader, address, later, cancellationToken);
    }

    private void Leave(Subscriber reader, List<Newsletter> chosen, DateTimeOffset at)
    {
        reader.Subscriptions.ForEach(s => s.Leave(at));
        reader.LeaveIfNothingIsLeft(at);
        db.Add(Consent.Append(reader, ConsentEvent.Withdrawn, chosen, ConsentWording.OneClick, ConsentMethod.OneClick, new ConsentPlace(), at));
    }

    private async Task BounceAsync(Subscriber reader, EmailAddress address, DateTimeOffset at, CancellationToken cancellationToken)
    {
        reader.Status = SubscriberStatus.Bounced;
        suppressions.Add(db, await suppressions.HashAsync(address, cancellationToken), address, SuppressionReason.HardBounce, "550 5.1.1 No such mailbox", at);
    }
}
