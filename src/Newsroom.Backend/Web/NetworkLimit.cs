using System.Globalization;
using System.Net;

namespace Newsroom.Backend.Web;

/// <summary>What one network (<see cref="NetworkPrefix"/>) may do, and everybody together.</summary>
public sealed class NetworkLimit(Allowance perNetwork, Allowance everybody, TimeProvider clock)
{
    private readonly AllowanceBook _networks = new(perNetwork);
    private readonly AllowanceBook _everybody = new(everybody);

    /// <summary>Asks for one more, now. A network that has used up its own takes nothing of everybody's.</summary>
    /// <param name="address">Who asks.</param>
    /// <param name="wait">After which time to ask again when it is refused; zero otherwise.</param>
    public bool Allows(IPAddress? address, out TimeSpan wait)
    {
        var now = clock.GetUtcNow();
        return _networks.Takes(NetworkPrefix.Of(address), now, out wait) && _everybody.Takes("", now, out wait);
    }

    /// <summary>A wait as <c>Retry-After</c> has it.</summary>
    public static string Seconds(TimeSpan wait) => Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
