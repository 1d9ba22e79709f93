using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Donations.CardTesting;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    public Task<BreakerLevel> BreakerLevelAsync() => ReadAsync(db => db.BreakerRows.Select(b => b.Level).FirstOrDefaultAsync(Cancelled));

    /// <summary>What the form's script does: takes the ticket, works, waits until it is valid.</summary>
    public (string Name, string Value)[] ProveFor(string page)
    {
        var ticket = Regex.Match(page, "name=\"ticket\" value=\"([^\"]+)\"").Groups[1].Value;
        Assert.NotEmpty(ticket);
        return Prove(ticket);
    }

    public (string Name, string Value)[] Prove(string ticket)
    {
        var nonce = 0;
        while (SignUpProof.ZeroBits(ticket, nonce.ToString(System.Globalization.CultureInfo.InvariantCulture)) < SignUpProof.Difficulty)
            nonce++;
        Clock.Advance(SignUpProof.Soonest);
        return [("ticket", ticket), ("nonce", nonce.ToString(System.Globalization.CultureInfo.InvariantCulture))];
    }
}
