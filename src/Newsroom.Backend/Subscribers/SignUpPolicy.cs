using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <summary>What the policy needs to know of a sign-up; nothing of it says whether the address is known here.</summary>
/// <param name="MailboxHash">Keyed hash of what the address is to <see cref="Mailbox"/>.</param>
/// <param name="Domain">The address's.</param>
/// <param name="Network">Where it comes from; null: from a caller that is trusted, whom only the address's own limit holds.</param>
/// <param name="Proof">What came with it.</param>
/// <param name="CanBeAsked">The caller can show a page, or has shown that its script knows proofs.</param>
/// <param name="IsDoubtful">See <see cref="MailDomains"/>: only the strong proof helps it.</param>
public sealed record SignUpCase(string MailboxHash, string Domain, string? Network, ProofStrength Proof, bool CanBeAsked, bool IsDoubtful);

public enum SignUpVerdict
{
    Through,

    /// <summary>Recorded; its mail waits for staff.</summary>
    Held,
    AskProof,

    /// <summary>Answered as always, and nothing is done.</summary>
    Ignored,
}

/// <summary>
/// The one policy for every road to a confirmation mail. Counts on the program's clock, in this process's memory: a restart forgets, which
/// the cool-down of each address in the database (<see cref="AskForConfirmation"/>) does not.
/// </summary>
public sealed class SignUpPolicy(AttackMode attack)
{
    /// <summary>
    /// Recorded for one address, with all that lead to the same mailbox. What exceeds it counts for nothing else: who bombs one reader from a thousand networks must not bring
    /// attack mode on everybody.
    /// </summary>
    public static readonly Allowance PerAddress = new(5, 5, TimeSpan.FromMinutes(10));

    /// <summary>An office or a school behind one address, on the newsroom's best day.</summary>
    public static readonly Allowance PerNetwork = new(60, 3, TimeSpan.FromMinutes(1));

    /// <summary>Of one recipient domain, so that nobody floods one company's mail server through us.</summary>
    public static readonly Allowance PerDomain = new(120, 20, TimeSpan.FromMinutes(1));

    /// <summary>Where half of all readers have their mailbox.</summary>
    public static readonly Allowance PerBigDomain = new(20 * 120, 20 * 20, TimeSpan.FromMinutes(1));

    /// <summary>With a button alone, beyond a limit.</summary>
    public static readonly Allowance WithWeakProof = new(10, 1, TimeSpan.FromMinutes(1));

    /// <summary>With work, beyond a limit: a machine of its own can do that work too, only not without end.</summary>
    public static readonly Allowance WithStrongProof = new(60, 10, TimeSpan.FromMinutes(1));

    private static readonly HashSet<string> BigDomains = new(StringComparer.Ordinal)
    {
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com", "icloud.com", "me.com", "mac.com", "aol.com",
        "proton.me", "protonmail.com", "gmx.de", "gmx.net", "gmx.at", "gmx.ch", "web.de", "t-online.de", "hotmail.co.uk", "yahoo.co.uk", "btinternet.com",
        "hotmail.fr", "yahoo.fr", "orange.fr", "free.fr", "laposte.net", "libero.it", "comcast.net", "verizon.net", "att.net", "fastmail.com",
        "mail.ru", "yandex.ru", "qq.com", "163.com", "naver.com",
    };

    private readonly AllowanceBook _addresses = new(PerAddress);
    private readonly AllowanceBook _networks = new(PerNetwork);
    private readonly AllowanceBook _domains = new(PerDomain);
    private readonly AllowanceBook _bigDomains = new(PerBigDomain);
    private readonly AllowanceBook _weak = new(WithWeakProof);
    private readonly AllowanceBook _strong = new(WithStrongProof);

    public SignUpVerdict Judge(SignUpCase signUp, DateTimeOffset now)
    {
        if (!_addresses.HasLeft(signUp.MailboxHash, now))
            return SignUpVerdict.Ignored;
        var verdict = IsOver(signUp, now) ? JudgeByProof(signUp, now) : SignUpVerdict.Through;
        // Of many at the same moment the last ones find it used up.
        return verdict == SignUpVerdict.AskProof || _addresses.Takes(signUp.MailboxHash, now) ? verdict : SignUpVerdict.Ignored;
    }

    /// <summary>A form nobody can use, an address mistyped: it costs its network one, and nobody else.</summary>
    public void CountNonsense(string? network, DateTimeOffset now)
    {
        if (network is not null)
            _networks.Takes(network, now);
    }

    /// <summary>Each limit that refuses keeps the ones after it from being used up by the same flood.</summary>
    private bool IsOver(SignUpCase signUp, DateTimeOffset now)
    {
        if (signUp.Network is null)
            return false;
        if (!_networks.Takes(signUp.Network, now))
        {
            attack.NoteOver(signUp.Network, now);
            return true;
        }
        if (!(BigDomains.Contains(signUp.Domain) ? _bigDomains : _domains).Takes(signUp.Domain, now))
        {
            attack.NoteOver(null, now);
            return true;
        }
        return !attack.Takes(now) || attack.IsOn(now);
    }

    private SignUpVerdict JudgeByProof(SignUpCase signUp, DateTimeOffset now) => signUp.Proof switch
    {
        ProofStrength.Strong => _strong.Takes(signUp.Network ?? "", now) ? SignUpVerdict.Through : SignUpVerdict.Held,
        ProofStrength.Weak => !signUp.IsDoubtful && _weak.Takes(signUp.Network ?? "", now) ? SignUpVerdict.Through : SignUpVerdict.Held,
        _ => signUp.CanBeAsked ? SignUpVerdict.AskProof : SignUpVerdict.Held,
    };
}
