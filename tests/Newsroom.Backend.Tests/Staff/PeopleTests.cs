using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Staff.Accounts;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Tests.Staff;

public sealed class PeopleOfTheStaff : IAsyncLifetime
{
    private NewsroomApp _app = null!;
    private StaffBrowser _administrator = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync(NewsroomApp.WithAdministrator());
        _administrator = await _app.AdministratorAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Come_in_by_a_mailed_link_that_works_until_they_can_sign_in()
    {
        await _administrator.SubmitAsync("/staff/people", "", ("name", "Mira"), ("address", "mira@gazette.example"), ("role", "Editor"));
        var link = await _app.InvitationAsync("mira@gazette.example");
        // A browser closed half-way, and mail scanners before it.
        for (var i = 0; i < 3; i++)
            Assert.Contains("Welcome, Mira", await _app.StaffBrowser().ReadAsync(link), StringComparison.Ordinal);
        await _app.StaffBrowser().SubmitAsync(link, "");

        var browser = _app.StaffBrowser();
        await browser.SubmitAsync(link, "");
        await browser.UseAuthenticatorAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await _app.StaffBrowser().GetAsync(link)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync("/staff/people")).StatusCode);
    }

    [Fact]
    public async Task Lose_their_link_after_a_week()
    {
        await _administrator.SubmitAsync("/staff/people", "", ("name", "Mira"), ("address", "mira@gazette.example"), ("role", "Editor"));
        var link = await _app.InvitationAsync("mira@gazette.example");
        _app.Clock.Advance(EntryLink.Lifetime);
        Assert.Equal(HttpStatusCode.NotFound, (await _app.StaffBrowser().GetAsync(link)).StatusCode);
    }

    [Fact]
    public async Task Change_role_from_the_next_request_on()
    {
        var editor = await _app.MemberAsync(_administrator, StaffRole.Editor);
        Assert.Equal(HttpStatusCode.Forbidden, (await editor.GetAsync("/staff/people")).StatusCode);
        await _administrator.SubmitAsync("/staff/people", "Role", ("id", await IdAsync("editor@gazette.example")), ("role", "Administrator"));
        await editor.ReadAsync("/staff/people");
    }

    [Fact]
    public async Task Shut_out_are_out_at_once_and_cannot_come_back_by_anything_they_had()
    {
        var editor = await _app.MemberAsync(_administrator, StaffRole.Editor);
        await _administrator.SubmitAsync("/staff/people", "Disable", ("id", await IdAsync("editor@gazette.example")));
        Assert.Equal(HttpStatusCode.Redirect, (await editor.GetAsync("/staff/account")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await editor.SignInAsync("editor@gazette.example")).StatusCode);
    }

    [Fact]
    public async Task Reset_begin_anew_and_their_old_ways_are_gone()
    {
        var editor = await _app.MemberAsync(_administrator, StaffRole.Editor);
        await _administrator.SubmitAsync("/staff/people", "Reset", ("id", await IdAsync("editor@gazette.example")));
        Assert.Equal(HttpStatusCode.Redirect, (await editor.GetAsync("/staff/account")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await editor.SignInAsync("editor@gazette.example")).StatusCode);
        await editor.SubmitAsync(await _app.InvitationAsync("editor@gazette.example"), "");
        await editor.UseAuthenticatorAsync("another four words here");
        await editor.ReadAsync("/staff/account");
    }

    [Theory]
    [InlineData("Role", "Viewer")]
    [InlineData("Disable", "")]
    public async Task Always_have_an_administrator_who_can_sign_in(string deed, string role)
    {
        // Invited is not there yet.
        await _administrator.SubmitAsync("/staff/people", "", ("name", "Mira"), ("address", "mira@gazette.example"), ("role", "Administrator"));
        await _administrator.SubmitAsync("/staff/people", deed, ("id", await IdAsync(NewsroomApp.AdministratorsAddress)), ("role", role));
        await _administrator.ReadAsync("/staff/people");
    }

    [Fact]
    public async Task Leave_a_trail_that_nobody_can_change()
    {
        await _app.MemberAsync(_administrator, StaffRole.Editor);
        var id = await IdAsync("editor@gazette.example");
        await _administrator.SubmitAsync("/staff/people", "Role", ("id", id), ("role", "Publisher"));
        var trail = await _app.ReadAsync(db => db.AuditEntries.AsNoTracking().OrderBy(a => a.Id).ToListAsync());
        Assert.Equal(["member.signed-in", "member.password-set", "member.invited", "member.entered", "member.password-set", "member.role-changed"], trail.Select(a => a.Action));
        Assert.Equal((id, "Editor", "Publisher"), (trail[^1].Subject, trail[^1].Before, trail[^1].After));
        Assert.DoesNotContain(trail, a => $"{a.Actor}{a.Subject}{a.Before}{a.After}".Contains('@', StringComparison.Ordinal));
        await Assert.ThrowsAnyAsync<Exception>(() => _app.ReadAsync(db => db.AuditEntries.ExecuteDeleteAsync()));
        await Assert.ThrowsAnyAsync<Exception>(() => _app.ReadAsync(db => db.AuditEntries.ExecuteUpdateAsync(a => a.SetProperty(x => x.After, "Viewer"))));
    }

    private Task<string> IdAsync(string address) => _app.ReadAsync(db => db.StaffMembers.Where(m => m.Email == address).Select(m => m.PublicId).SingleAsync());
}
