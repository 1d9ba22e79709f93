using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Webhooks;

/// <summary>
/// Webhooks carry ids and no person. Only a receiver's answer may: its words may name the address that it looked up for an id. What waits about a subscriber is
/// withheld by the feature that erases it.
/// </summary>
internal sealed class WebhookPersonalData(NewsroomDb db) : IPersonalData
{
    public string Section => "webhooks";

    public Task<PersonalSection?> ExportAsync(Person person, CancellationToken cancellationToken) => Task.FromResult<PersonalSection?>(null);

    public Task EraseAsync(Person person, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var named = $"%{LikeText.Escape(person.Address.Key)}%";
        return db.WebhookDeliveries.Where(d => d.Answer != null && EF.Functions.Like(d.Answer, named, LikeText.Sign))
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.Answer, (string?)null), cancellationToken);
    }

    public IAsyncEnumerable<string> AddressesAsync() => AsyncEnumerable.Empty<string>();
}
