using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Newsroom.Backend.Tests;

/// <summary>A mailbox over IMAP (RFC 3501), as much of it as one reader needs: two folders, search by a header's text, fetch, mark, UID EXPUNGE.</summary>
internal sealed partial class ImapBox : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<(string Folder, int Uid), Stored> _mails = new();
    private readonly Task _accepting;
    private int _lastUid;

    private ImapBox()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public const string Password = "mailbox-secret";

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Message texts that are there now.</summary>
    public IReadOnlyList<string> Mails => [.. _mails.Values.Select(m => m.Text)];

    public static ImapBox Start() => new();

    public void Put(string folder, string text, DateTimeOffset at) => _mails[(folder, ++_lastUid)] = new Stored(text, at);

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
            {
                var client = await _listener.AcceptTcpClientAsync();
                _ = Task.Run(() => TalkAsync(client));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        using (client)
        {
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.Latin1);
            await using var writer = new StreamWriter(stream, Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
            await writer.WriteLineAsync("* OK [CAPABILITY IMAP4rev1 UIDPLUS UNSELECT SPECIAL-USE SASL-IR AUTH=PLAIN] ready");
            var folder = "";
            while (await reader.ReadLineAsync() is { } line)
            {
                var (tag, command) = (line.Split(' ')[0], line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
                if (command.StartsWith("SELECT ", StringComparison.Ordinal))
                    folder = command.Split(' ')[1].Trim('"');
                var untagged = Answer(command, folder);
                if (untagged.Length > 0)
                    await writer.WriteAsync(untagged);
                await writer.WriteLineAsync(IsRefused(command) ? $"{tag} NO [AUTHENTICATIONFAILED] wrong" : $"{tag} OK [READ-WRITE] done");
                if (command == "LOGOUT")
                    return;
            }
        }
    }

    private static bool IsRefused(string command) => command.Split(' ') switch
    {
        ["AUTHENTICATE", "PLAIN", var secret] => !Encoding.UTF8.GetString(Convert.FromBase64String(secret)).EndsWith("\0" + Password, StringComparison.Ordinal),
        ["LOGIN", ..] => !command.Contains(Password, StringComparison.Ordinal),
        _ => false,
    };

    private string Answer(string command, string folder)
    {
        if (command == "CAPABILITY")
            return "* CAPABILITY IMAP4rev1 UIDPLUS UNSELECT SPECIAL-USE SASL-IR AUTH=PLAIN\r\n";
        if (command.StartsWith("LIST", StringComparison.Ordinal) && command.Contains("SPECIAL-USE", StringComparison.Ordinal))
            return "* LIST (\\HasNoChildren \\Junk) \"/\" \"Spam\"\r\n";
        if (command.StartsWith("LIST", StringComparison.Ordinal))
            return command.EndsWith("\"\" \"\"", StringComparison.Ordinal) ? "* LIST (\\Noselect) \"/\" \"\"\r\n" : "* LIST (\\HasNoChildren) \"/\" \"INBOX\"\r\n";
        var here = _mails.Where(m => m.Key.Folder == folder).OrderBy(m => m.Key.Uid).ToList();
        if (command.StartsWith("SELECT ", StringComparison.Ordinal))
            return $"* FLAGS (\\Deleted \\Seen)\r\n* {here.Count} EXISTS\r\n* 0 RECENT\r\n* OK [PERMANENTFLAGS (\\Deleted \\Seen)] ok\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT {_lastUid + 1}] ok\r\n";
        if (command.StartsWith("UID SEARCH ", StringComparison.Ordinal))
            return $"* SEARCH{string.Concat(here.Where(m => Header().Matches(command).Any(h => m.Value.Has(h.Groups["field"].Value, h.Groups["text"].Value))).Select(m => $" {m.Key.Uid}"))}\r\n";
        if (ByUid().Match(command) is not { Success: true } byUid || here.FindIndex(m => m.Key.Uid == int.Parse(byUid.Groups["uid"].Value, CultureInfo.InvariantCulture)) is not (>= 0 and var index))
            return "";
        return Act(byUid.Groups["verb"].Value, command, here[index], index + 1);
    }

    private string Act(string verb, string command, KeyValuePair<(string Folder, int Uid), Stored> mail, int number)
    {
        switch (verb)
        {
            case "STORE":
                mail.Value.IsDeleted = command.Contains("\\Deleted", StringComparison.Ordinal);
                return "";
            case "EXPUNGE":
                return mail.Value.IsDeleted && _mails.TryRemove(mail.Key, out _) ? $"* {number} EXPUNGE\r\n" : "";
            default:
                return command.Contains("BODY", StringComparison.Ordinal)
                    ? $"* {number} FETCH (UID {mail.Key.Uid} BODY[] {{{mail.Value.Text.Length}}}\r\n{mail.Value.Text})\r\n"
                    : $"* {number} FETCH (UID {mail.Key.Uid} INTERNALDATE \"{mail.Value.At.UtcDateTime.ToString("dd-MMM-yyyy HH:mm:ss", CultureInfo.InvariantCulture)} +0000\")\r\n";
        }
    }

    /// <summary>One key of a search; of several any may match, as after OR.</summary>
    [GeneratedRegex("HEADER \"?(?<field>[A-Za-z-]+)\"? \"?(?<text>[^\" )]+)\"?", RegexOptions.ExplicitCapture)]
    private static partial Regex Header();

    [GeneratedRegex("^UID (?<verb>FETCH|STORE|EXPUNGE) (?<uid>[0-9]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex ByUid();

    private sealed record Stored(string Text, DateTimeOffset At)
    {
        public bool IsDeleted { get; set; }

        public bool Has(string field, string text) => Text.Split("\r\n\r\n")[0].Split("\r\n").Any(line =>
            line.StartsWith(field + ":", StringComparison.OrdinalIgnoreCase) && line.Contains(text, StringComparison.OrdinalIgnoreCase));
    }
}
