using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;

namespace Newsroom.Backend.Tests;

/// <summary>A message in the mailbox.</summary>
public sealed class StoredMail(uint uid, byte[] bytes)
{
    public uint Uid { get; set; } = uid;

    public byte[] Bytes { get; } = bytes;

    public HashSet<string> Flags { get; } = new(StringComparer.OrdinalIgnoreCase);
}

/// <summary>One mailbox, INBOX, and as much of IMAP4rev1 (RFC 3501) as a reader of bounces needs. User name and password are <c>user</c> and <c>password</c>.</summary>
public sealed partial class ImapServer : IAsyncDisposable
{
    private readonly X509Certificate2? _certificate;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _accepting;
    private uint _nextUid = 1;

    private ImapServer(X509Certificate2? certificate)
    {
        _certificate = certificate;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public List<StoredMail> Mails { get; } = [];

    /// <summary>Every command it heard, without its tag.</summary>
    public List<string> Heard { get; } = [];

    public int UidValidity { get; set; } = 1;

    /// <summary>False: keeps no flags of others' making.</summary>
    public bool KeepsKeywords { get; set; } = true;

    /// <summary>Hangs up on a command that holds this.</summary>
    public string? HangsUpOn { get; set; }

    /// <summary>The UID of a message that somebody takes away before it is fetched.</summary>
    public uint? TakenAway { get; set; }

    public static ImapServer Start(X509Certificate2? certificate = null) => new(certificate);

    public StoredMail Add(string message)
    {
        var mail = new StoredMail(_nextUid++, Encoding.UTF8.GetBytes(message));
        Mails.Add(mail);
        return mail;
    }

    /// <summary>A mailbox put back from a backup: new UIDs, no keywords.</summary>
    public void Renumber()
    {
        UidValidity++;
        foreach (var mail in Mails)
        {
            mail.Uid = _nextUid++;
            mail.Flags.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                Stream stream = client.GetStream();
                if (_certificate is not null)
                {
                    var secured = new SslStream(stream);
                    await secured.AuthenticateAsServerAsync(_certificate);
                    stream = secured;
                }
                await RunAsync(stream);
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The other side went away, or did not believe us.
            }
        }
    }

    private async Task RunAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1);
        await WriteAsync(stream, "* OK [CAPABILITY IMAP4rev1] ready\r\n");
        while (await reader.ReadLineAsync() is { } line)
        {
            var (tag, command) = (line[..line.IndexOf(' ')], line[(line.IndexOf(' ') + 1)..]);
            Heard.Add(command);
            if (HangsUpOn is { } word && command.Contains(word, StringComparison.OrdinalIgnoreCase))
                return;
            await WriteAsync(stream, Answer(command, out var end));
            await WriteAsync(stream, $"{tag} {end}\r\n");
            if (command == "LOGOUT")
                return;
        }
    }

    private string Answer(string command, out string end)
    {
        end = "OK done";
        switch (command.Split(' ')[0].ToUpperInvariant())
        {
            case "CAPABILITY":
                return "* CAPABILITY IMAP4rev1\r\n";
            case "LOGIN":
                end = command.Replace("\"", "", StringComparison.Ordinal) == "LOGIN user password" ? "OK in" : "NO [AUTHENTICATIONFAILED] wrong";
                return "";
            case "LIST":
                return command.EndsWith("\"\"", StringComparison.Ordinal) ? "* LIST (\\Noselect) \"/\" \"\"\r\n" : command.Contains("INBOX", StringComparison.OrdinalIgnoreCase) ? "* LIST () \"/\" INBOX\r\n" : "";
            case "SELECT":
                end = "OK [READ-WRITE] selected";
                return $"* FLAGS (\\Seen \\Deleted)\r\n* {Mails.Count} EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY {UidValidity}]\r\n* OK [PERMANENTFLAGS (\\Seen \\Deleted{(KeepsKeywords ? " \\*" : "")})]\r\n";
            case "UID":
                return Uid(command);
            case "LOGOUT":
                return "* BYE\r\n";
            default:
                return "";
        }
    }

    private string Uid(string command)
    {
        if (command.StartsWith("UID SEARCH", StringComparison.Ordinal))
        {
            var keyword = command.Split(' ')[^1];
            return $"* SEARCH {string.Join(' ', Mails.Where(m => !m.Flags.Contains(keyword)).Select(m => m.Uid))}\r\n";
        }
        var number = Mails.FindIndex(m => m.Uid == uint.Parse(command.Split(' ')[2], CultureInfo.InvariantCulture));
        var mail = Mails[number];
        if (command.StartsWith("UID STORE", StringComparison.Ordinal))
        {
            foreach (var flag in Flags().Match(command).Groups["flags"].Value.Split(' '))
                mail.Flags.Add(flag);
            return "";
        }
        if (mail.Uid == TakenAway)
            return "";
        if (Part().Match(command) is { Success: true } part)
        {
            var bytes = mail.Bytes[..int.Parse(part.Groups["count"].Value, CultureInfo.InvariantCulture)];
            return $"* {number + 1} FETCH (UID {mail.Uid} BODY[]<0> {{{bytes.Length}}}\r\n{Encoding.Latin1.GetString(bytes)})\r\n";
        }
        return command.Contains("BODY.PEEK[]", StringComparison.Ordinal)
            ? $"* {number + 1} FETCH (UID {mail.Uid} BODY[] {{{mail.Bytes.Length}}}\r\n{Encoding.Latin1.GetString(mail.Bytes)})\r\n"
            : $"* {number + 1} FETCH (UID {mail.Uid} RFC822.SIZE {mail.Bytes.Length})\r\n";
    }

    private static Task WriteAsync(Stream stream, string text) => stream.WriteAsync(Encoding.Latin1.GetBytes(text)).AsTask();

    [GeneratedRegex(@"\((?<flags>[^)]*)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Flags();

    [GeneratedRegex(@"BODY\.PEEK\[\]<0\.(?<count>\d+)>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Part();
}
