using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Tests.Staff;
using Newsroom.Backend.Web.Auditing;

namespace Newsroom.Backend.Tests.Subscribers.Pages;

/// <summary>A newsroom with one newsletter and its administrator, signed in.</summary>
public abstract class StaffTests : IAsyncLifetime
{
    protected const string Ada = "ada@example.org";

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    protected NewsroomApp App { get; private set; } = null!;

    private protected StaffBrowser Administrator { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        App = await NewsroomApp.StartAsync(NewsroomApp.WithAdministrator(Settings()));
        await App.AddNewsletterAsync();
        Administrator = await App.AdministratorAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected virtual Dictionary<string, string?> Settings() => [];

    protected async Task<string> PersonPathAsync(string email) => "/staff/subscribers/" + (string?)(await App.SubscriberAsync(email))!["id"];

    /// <summary>The sentence that the page after a form begins with.</summary>
    private protected static async Task<string> ToastAsync(StaffBrowser browser, HttpResponseMessage answer)
    {
        Assert.True(answer.Headers.Location is not null, $"{answer.StatusCode}\n{await answer.Content.ReadAsStringAsync(Cancelled)}");
        var page = await browser.ReadAsync(answer.Headers.Location.OriginalString);
        const string mark = "<p class=\"toast\">";
        var at = page.IndexOf(mark, StringComparison.Ordinal);
        return at < 0 ? "" : page[(at + mark.Length)..page.IndexOf("</p>", at, StringComparison.Ordinal)];
    }

    private protected static async Task<string> SubmitAsync(StaffBrowser browser, string path, string handler, params (string, string)[] fields) =>
        await ToastAsync(browser, await browser.SubmitAsync(path, handler, fields));

    protected Task<List<AuditEntry>> DeedsAsync(string action) =>
        App.ReadAsync(db => db.AuditEntries.AsNoTracking().Where(a => a.Action == action).OrderBy(a => a.Id).ToListAsync(Cancelled));

    /// <summary>Nothing of the person in the whole log.</summary>
    protected async Task AssertAuditHoldsNothingOfAsync(params string[] texts)
    {
        var log = await App.ReadAsync(db => db.AuditEntries.AsNoTracking().ToListAsync(Cancelled));
        Assert.DoesNotContain(log, a => texts.Any(t => $"{a.Action}|{a.Subject}|{a.Before}|{a.After}".Contains(t, StringComparison.OrdinalIgnoreCase)));
    }
}
