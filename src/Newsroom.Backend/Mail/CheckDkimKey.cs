using Microsoft.Extensions.Options;
using Newsroom.Backend.Mail.Doctor;

namespace Newsroom.Backend.Mail;

internal abstract record CheckDkimKeyOutcome
{
    private CheckDkimKeyOutcome()
    {
    }

    /// <param name="Finding">Ok when the record in DNS holds the key.</param>
    public sealed record Looked(Finding Finding) : CheckDkimKeyOutcome;

    /// <summary>Neither <c>Mail:Dkim:Domain</c> nor <c>Mail:From</c> is set.</summary>
    public sealed record NoDomain : CheckDkimKeyOutcome;

    public sealed record BadKey(string File, string Why) : CheckDkimKeyOutcome;
}

/// <summary>Whether a key's record is published, before anything is signed with the key: what <c>doctor</c> says of those that are set.</summary>
internal sealed class CheckDkimKey(PublishedKeys published, IOptions<MailOptions> mail)
{
    /// <param name="selector">Of the record's name.</param>
    /// <param name="file">The private key; null: where <see cref="MakeDkimKey"/> puts it.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    public async Task<CheckDkimKeyOutcome> RunAsync(string selector, string? file, CancellationToken cancellationToken)
    {
        if (mail.Value.DkimDomain is not { } domain)
            return new CheckDkimKeyOutcome.NoDomain();
        var path = Path.GetFullPath(file ?? MakeDkimKey.FileOf(selector));
        DkimPublicKey? key = null;
        if (MailOptionsRules.Fault(() => key = DkimKeys.Public(selector, path)) is { } fault)
            return new CheckDkimKeyOutcome.BadKey(path, fault);
        return new CheckDkimKeyOutcome.Looked(await published.FindAsync(key!, domain, cancellationToken));
    }
}
