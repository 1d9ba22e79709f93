using System.Text;
using MailKit;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>What both sides of a line said, for people: secrets are stars, and a message is its length.</summary>
internal sealed class Transcript : IProtocolLogger
{
    // A server that talks without end fills no memory.
    private const int MostLines = 400;

    private readonly List<string> _lines = [];
    private readonly StringBuilder _client = new();
    private readonly StringBuilder _server = new();
    private bool _inMessage;
    private long _messageLength;

    public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

    /// <summary><c>C: </c> what we said, <c>S: </c> what the server said, <c>#  </c> what happened.</summary>
    public IReadOnlyList<string> Lines => _lines;

    public void Note(string happened) => Add($"#  {happened}");

    public void LogConnect(Uri uri) => Note($"connected to {uri.Host}:{uri.Port}");

    public void LogClient(byte[] buffer, int offset, int count)
    {
        var said = buffer.AsSpan(offset, count).ToArray();
        foreach (var secret in AuthenticationSecretDetector?.DetectSecrets(buffer, offset, count) ?? [])
            said.AsSpan(secret.StartIndex - offset, secret.Length).Fill((byte)'*');
        if (_inMessage)
            _messageLength += count;
        else
            Cut(_client, Encoding.UTF8.GetString(said), "C: ");
    }

    public void LogServer(byte[] buffer, int offset, int count)
    {
        if (_inMessage)
        {
            Note($"the message, {_messageLength} octets");
            (_inMessage, _messageLength) = (false, 0);
        }
        Cut(_server, Encoding.UTF8.GetString(buffer, offset, count), "S: ");
    }

    public void Dispose()
    {
    }

    private void Cut(StringBuilder waiting, string text, string who)
    {
        waiting.Append(text);
        var whole = waiting.ToString();
        var end = whole.LastIndexOf('\n') + 1;
        foreach (var line in whole[..end].Split('\n')[..^1])
        {
            Add(who + line.TrimEnd('\r'));
            _inMessage |= who == "S: " && line.StartsWith("354", StringComparison.Ordinal);
        }
        waiting.Remove(0, end);
    }

    private void Add(string line)
    {
        if (_lines.Count < MostLines)
            _lines.Add(line);
    }
}
