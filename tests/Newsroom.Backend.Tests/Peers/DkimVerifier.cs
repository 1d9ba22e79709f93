using System.Text.Json;

namespace Newsroom.Backend.Tests;

/// <summary>Debian's dkimpy, which shares no code with what signs.</summary>
internal static class DkimVerifier
{
    private const string Script = """
        import sys, json, time, email.utils
        records = json.loads(sys.argv[1])
        message = sys.stdin.buffer.read()
        date = [l for l in message.split(b'\r\n') if l.startswith(b'Date: ')][0][6:].decode()
        now = email.utils.parsedate_to_datetime(date).timestamp()
        time.time = lambda: now
        import dkim
        def dns(name, timeout=5):
            return records.get(name.decode().rstrip('.'), '').encode()
        verifier = dkim.DKIM(message)
        verdicts = []
        for index in range(len(dkim.DKIM(message).headers and [h for h in verifier.headers if h[0].lower() == b'dkim-signature'])):
            verifier = dkim.DKIM(message)
            try:
                valid = verifier.verify(idx=index, dnsfunc=dns)
            except Exception as e:
                valid = False
            fields = verifier.signature_fields
            verdicts.append({'valid': bool(valid), 'algorithm': fields[b'a'].decode(), 'domain': fields[b'd'].decode(),
                             'canonicalization': fields[b'c'].decode(), 'signed': [h.decode().strip().lower() for h in fields[b'h'].split(b':')],
                             'length': b'l' in fields})
        print(json.dumps(verdicts))
        """;

    public sealed record Verdict(bool Valid, string Algorithm, string Domain, string Canonicalization, string[] Signed, bool Length);

    /// <summary>Skips the test where dkimpy is not installed.</summary>
    public static void Need() => Tool.Need(Tool.PythonHas("dkim"), "python3-dkim");

    /// <summary>One verdict a signature, top to bottom.</summary>
    public static async Task<IReadOnlyList<Verdict>> VerifyAsync(byte[] message, Dictionary<string, string>? records = null)
    {
        var dns = records ?? new() { [$"{TestKeys.DkimSelector}._domainkey.news.example.org"] = TestKeys.DkimRecord };
        var (exitCode, output) = await Tool.RunAsync("/usr/bin/python3", ["-c", Script, JsonSerializer.Serialize(dns)], message, TestContext.Current.CancellationToken);
        Assert.True(exitCode == 0, output);
        return JsonSerializer.Deserialize<Verdict[]>(output, JsonSerializerOptions.Web)!;
    }
}
