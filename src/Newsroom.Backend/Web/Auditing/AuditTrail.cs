using System.Security.Claims;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Web.Auditing;

/// <summary>
/// Writes the audit log, a row at once, after the deed it tells of and before the answer leaves. What a page says here replaces the plain line that
/// <see cref="AuditedPosts"/> would write for it.
/// </summary>
public sealed class AuditTrail(IServiceScopeFactory scopes, TimeProvider clock)
{
    /// <summary>True once this request has said what it did, or that it did nothing.</summary>
    public bool HasSpoken { get; private set; }

    /// <summary>Refused with a sentence, or done already: nothing was changed, and there is nothing to tell.</summary>
    public void SayNothing() => HasSpoken = true;

    /// <param name="actor">Who: the signed-in user, or one of <see cref="Actors"/>.</param>
    /// <param name="action"><c>thing.deed</c>, in the past tense: <c>member.role-changed</c>.</param>
    /// <param name="subject">The public id of the thing; null: none.</param>
    /// <param name="before">How it was, without a reader's or donor's data.</param>
    /// <param name="after">How it is.</param>
    public async Task SayAsync(string actor, string action, string? subject = null, string? before = null, string? after = null)
    {
        HasSpoken = true;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NewsroomDb>();
        db.Add(new AuditEntry { At = clock.GetUtcNow(), Actor = actor, Action = action, Subject = subject, Before = Cut(before), After = Cut(after) });
        // What was done is done: its line is written also for a browser that has gone away.
        await db.SaveChangesAsync(CancellationToken.None);
    }

    /// <inheritdoc cref="SayAsync(string, string, string?, string?, string?)"/>
    public Task SayAsync(ClaimsPrincipal user, string action, string? subject = null, string? before = null, string? after = null) =>
        SayAsync(ActorOf(user), action, subject, before, after);

    /// <summary>The same for what was edited; when it is as it was, nothing was changed, and there is nothing to tell.</summary>
    /// <returns>Whether something was.</returns>
    public async Task<bool> SayChangeAsync(ClaimsPrincipal user, string action, string subject, string before, string after)
    {
        if (before == after)
            SayNothing();
        else
            await SayAsync(user, action, subject, before, after);
        return before != after;
    }

    public static string ActorOf(ClaimsPrincipal user) => user.FindFirstValue(ClaimTypes.NameIdentifier) ?? Actors.CommandLine;

    private static string? Cut(string? text) => text?.Length > AuditEntry.DetailLength ? text[..AuditEntry.DetailLength] : text;
}
