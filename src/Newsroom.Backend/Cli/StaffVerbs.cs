using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Staff.Accounts;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Cli;

internal static class StaffVerbs
{
    private sealed record StaffLine(string Id, string Name, string Address, StaffRole Role, bool SignsIn, bool IsShutOut, DateTimeOffset? LastSeenAt);

    public static Command Create(VerbHost host) => new("staff", "Looks after who may open the staff pages.") { Add(host), List(host), Reset(host) };

    private static Argument<string> Address() => new("EMAIL") { Description = "Their mail address." };

    private static Command Add(VerbHost host)
    {
        var address = Address();
        var role = new Option<StaffRole>("--role") { Description = "What they may do: viewer, editor, publisher or administrator.", Required = true };
        var name = new Option<string?>("--name") { Description = "For lists and the audit log; otherwise the part of the address before the @." };
        var command = new Command("add", "Takes somebody in and prints, alone on the last line, the link by which they set up how to sign in. No mail is sent.") { address, role, name };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(async services =>
        {
            var outcome = await services.GetRequiredService<InviteMember>()
                .RunAsync(parsed.GetRequiredValue(address), parsed.GetValue(name), parsed.GetValue(role), invitedBy: null, cancellationToken);
            if (outcome is not InviteOutcome.Invited invited)
                return VerbHost.Fail(((InviteOutcome.Invalid)outcome).WhatToDo, VerbHost.Misused);
            await services.GetRequiredService<AuditTrail>().SayAsync(Actors.CommandLine, "member.invited", invited.Member.PublicId, after: invited.Member.Role.ToString());
            return Print(services, invited.Path);
        }, cancellationToken));
        return command;
    }

    private static Command Reset(VerbHost host)
    {
        var address = Address();
        var command = new Command("reset", "For who lost phone or passkey: takes away what they signed in with, signs them out everywhere, and prints a new link alone on the last line.") { address };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(async services =>
        {
            var key = parsed.GetRequiredValue(address).Trim().ToUpperInvariant();
            var id = await services.GetRequiredService<NewsroomDb>().StaffMembers.Where(m => m.NormalizedUserName == key && m.DisabledAt == null)
                .Select(m => m.PublicId).SingleOrDefaultAsync(cancellationToken);
            if (id is null || await services.GetRequiredService<ResetMember>().RunAsync(id, by: null, cancellationToken) is not { } path)
                return VerbHost.Fail("Nobody with that address is on the staff, or they are shut out: see staff list.");
            await services.GetRequiredService<AuditTrail>().SayAsync(Actors.CommandLine, "member.reset", id);
            return Print(services, path);
        }, cancellationToken));
        return command;
    }

    private static Command List(VerbHost host)
    {
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("list", "Lists the staff.") { json };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(async services =>
        {
            var staff = await services.GetRequiredService<NewsroomDb>().StaffMembers.OrderBy(m => m.Name)
                .Select(m => new StaffLine(m.PublicId, m.Name, m.Email!, m.Role, m.IsEnrolled, m.DisabledAt != null, m.LastSeenAt)).Take(1000).ToListAsync(cancellationToken);
            if (parsed.GetValue(json))
                return VerbHost.PrintJson(staff);
            if (staff.Count == 0)
                Console.WriteLine("Nobody yet. Begin with: staff add EMAIL --role administrator");
            foreach (var m in staff)
                Console.WriteLine($"{m.Address}  {m.Role}  {(m.IsShutOut ? "shut out" : m.SignsIn ? "signs in" : "invited")}  {m.LastSeenAt?.ToString("u") ?? "never seen"}");
            return VerbHost.Done;
        }, cancellationToken));
        return command;
    }

    private static int Print(IServiceProvider services, string path)
    {
        Console.WriteLine($"The link works for {(int)EntryLink.Lifetime.TotalDays} days, until it is used. Give it to nobody else:");
        Console.WriteLine(services.GetRequiredService<IOptions<SiteOptions>>().Value.Link(path));
        return VerbHost.Done;
    }
}
