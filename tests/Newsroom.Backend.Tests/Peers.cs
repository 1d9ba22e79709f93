namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    private Peers? _peers;

    /// <summary>The other ends of the program's sockets.</summary>
    private sealed class Peers : IAsyncDisposable
    {
        public SmtpSink Smtp { get; } = SmtpSink.Start();

        public static Task<Peers> StartAsync(Dictionary<string, string?> settings)
        {
            var peers = new Peers();
            settings["Mail:From"] = "The Test Gazette <news@news.example.org>";
            settings["Mail:Smtp:Host"] = "127.0.0.1";
            settings["Mail:Smtp:Port"] = peers.Smtp.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
            settings["Mail:Smtp:Security"] = "None";
            settings["Mail:Dkim:Domain"] = "news.example.org";
            settings["Mail:Dkim:Selector"] = TestKeys.DkimSelector;
            settings["Mail:Dkim:PrivateKeyFile"] = TestKeys.DkimKeyFile;
            return Task.FromResult(peers);
        }

        public ValueTask DisposeAsync() => Smtp.DisposeAsync();
    }
}
