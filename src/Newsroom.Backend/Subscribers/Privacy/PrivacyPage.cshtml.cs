using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers.Privacy;

/// <summary>What is kept, why, for how long, and the way to each right (GDPR Art. 13). The table is the rules that the jobs keep.</summary>
[AllowAnonymous]
public sealed class PrivacyPageModel(IEnumerable<RetentionRule> rules, IOptions<SiteOptions> site) : PageModel
{
    public IReadOnlyList<RetentionRule> Rules { get; } = [.. rules];

    public SiteOptions Site => site.Value;

    /// <summary>What people agree to, in the words of now.</summary>
    public IReadOnlyList<ConsentWording> Sentences { get; } = [ConsentWording.SignUp, ConsentWording.Confirm];
}
