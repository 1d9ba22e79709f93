using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <summary>
/// How many sign-ups one network and the whole world may send: enough for a newsroom's best day and an office behind one address, too few
/// to make a useful mail cannon. Per address the cool-down of <see cref="AskForConfirmation"/> holds beside it.
/// </summary>
internal static class SignUpLimit
{
    public const string Policy = "sign-up";

    public static IServiceCollection AddSignUpLimit(this IServiceCollection services) => services.AddPostLimit(Policy,
        perNetwork: new Allowance(60, 10, TimeSpan.FromSeconds(20)),
        everybody: new Allowance(2000, 200, TimeSpan.FromSeconds(10)));
}
