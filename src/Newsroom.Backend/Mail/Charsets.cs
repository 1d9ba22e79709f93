using System.Runtime.CompilerServices;
using System.Text;

namespace Newsroom.Backend.Mail;

/// <summary>
/// Half of Asia's and Russia's mail servers do not write UTF-8, and .NET knows their charsets only when told to. Told before anything else, because
/// MimeKit remembers at its first use which ones there are.
/// </summary>
internal static class Charsets
{
    [ModuleInitializer]
    internal static void Register() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
}
