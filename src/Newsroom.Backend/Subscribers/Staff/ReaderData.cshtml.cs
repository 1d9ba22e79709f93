using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers.Preferences;
using Newsroom.Backend.Subscribers.Privacy;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Subscribers.Staff;

/// <summary>A person's copy of everything, and forgetting the person (GDPR Art. 15, 17 and 20).</summary>
[Authorize(StaffPolicies.Proven), PrivatePage]
public sealed class ReaderDataModel(NewsroomDb db, OpenReader open, CollectPersonalData collect, EraseReader erase, AuditTrail trail, TimeProvider clock) : PageModel
{
    public Subscriber Reader { get; private set; } = null!;

    /// <summary>What is kept, in sentences, and what erasure would leave.</summary>
    public IReadOnlyList<string> Kept { get; private set; } = [];
    public IReadOnlyList<string> Stays { get; private set; } = [];
    public string? Fault { get; private set; }

    /// <summary>Not null: what would go with an erasure is also somebody's way back.</summary>
    public RecentMove? Moved { get; private set; }

    public async Task<IActionResult> OnGetAsync(string id, CancellationToken cancellationToken) => await ShowAsync(id, cancellationToken) ? Page() : NotFound();

    public async Task<IActionResult> OnPostExportAsync(string id, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is not { } reader)
            return NotFound();
        var record = await collect.RunAsync(EmailAddress.Parse(reader.Address), cancellationToken);
        await trail.SayAsync(User, "subscriber.exported", id);
        return File(JsonSerializer.SerializeToUtf8Bytes(record.Export(clock.GetUtcNow()), MyDataModel.Json), "application/json", $"{id}.json");
    }

    public async Task<IActionResult> OnPostEraseAsync(string id, string? address, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is not { } reader)
            return NotFound();
        if (!EmailAddress.TryParse(address, out var typed) || typed.Key != reader.AddressKey)
        {
            Fault = "Nothing was erased: the address typed is not this reader's. Type it as it stands at the top of this page.";
            await ShowAsync(id, cancellationToken);
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Page();
        }
        await erase.RunAsync(typed, EraseCause.Wish, cancellationToken);
        await trail.SayAsync(User, "subscriber.erased", id);
        this.Toast("Erased. The address stays barred by a keyed hash, so that no list and no backup brings it back.");
        return LocalRedirect(ReaderModel.PathOf(id));
    }

    private async Task<Subscriber?> FindAsync(string id, CancellationToken cancellationToken) =>
        await open.FindAsync(id, cancellationToken) is { Status: not SubscriberStatus.Erased } reader ? reader : null;

    private async Task<bool> ShowAsync(string id, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is not { } reader)
            return false;
        var address = EmailAddress.Parse(reader.Address);
        var record = await collect.RunAsync(address, cancellationToken);
        Moved = await RecentMove.OfAsync(db, reader.Id, address, clock.GetUtcNow(), cancellationToken);
        (Reader, Kept, Stays) = (reader, [.. record.Sections.Values.SelectMany(s => s.InWords)], record.Stays);
        return true;
    }
}
