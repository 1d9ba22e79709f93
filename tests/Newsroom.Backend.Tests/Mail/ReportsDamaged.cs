using System.Diagnostics;
using System.Text;
using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Tests;

/// <summary>Anybody may send us anything: whatever arrives is read in bounded time, and never as an end without its reason.</summary>
public sealed class ReportsDamaged(ITestOutputHelper output)
{
    private const int Inputs = 100_000;
    private const int Seed = 20261125;
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);

    private static readonly string[] Charsets = ["utf-7", "x-unknown", "utf-16", "iso-2022-jp", "gb18030", "", "\"", "us-ascii; charset=koi8-r", "'"];

    private readonly List<byte[]> _reports = [.. ReportCorpus.Files.Select(ReportCorpus.Read)];

    [Fact]
    public void Throw_nothing_and_take_no_time()
    {
        output.WriteLine($"Seed {Seed}, {Inputs:N0} inputs from {_reports.Count} reports.");
        var slow = new List<byte[]>();
        // On this one thread: on all of the pool's, other tests' programs wait for an answer longer than they have patience.
        for (var i = 0; i < Inputs; i++)
        {
            var random = new Random(Seed + i);
            var input = Damaged(random);
            var started = Stopwatch.GetTimestamp();
            IReadOnlyList<BounceVerdict> verdicts;
            try
            {
                verdicts = ReportReader.Read(input);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {Seed + i} throws: {Convert.ToBase64String(input)}", e);
            }
            if (Stopwatch.GetElapsedTime(started) > Longest)
                slow.Add(input);
            Assert.NotEmpty(verdicts);
            Assert.All(verdicts, v => Assert.True(v.Kind != BounceKind.Hard || BounceReasons.EndsAnAddress(v.Reason)));
            Assert.All(verdicts, v => Assert.True(v.Kind == BounceKind.Ignored || !v.IsForPeople));
        }
        // Measured again alone: the machine may have been busy elsewhere.
        Assert.All(slow, input => Assert.InRange(Enumerable.Range(0, 5).Min(_ => TimeOf(input)), TimeSpan.Zero, Longest));
    }

    [Theory]
    [InlineData("nested multiparts")]
    [InlineData("nested messages")]
    [InlineData("many recipients")]
    [InlineData("one long line")]
    [InlineData("many short lines")]
    [InlineData("many headers")]
    [InlineData("many boundaries")]
    [InlineData("many addresses")]
    [InlineData("folded forever")]
    public void Take_no_longer_when_made_to(string attack)
    {
        var bytes = Encoding.ASCII.GetBytes(Attack(attack));
        TimeOf(bytes);
        Assert.InRange(TimeOf(bytes), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    private static TimeSpan TimeOf(byte[] input)
    {
        var started = Stopwatch.GetTimestamp();
        ReportReader.Read(input);
        return Stopwatch.GetElapsedTime(started);
    }

    private byte[] Damaged(Random random)
    {
        var bytes = _reports[random.Next(_reports.Count)];
        for (var times = random.Next(1, 5); times > 0; times--)
        {
            if (bytes.Length < 2)
                return bytes;
            bytes = random.Next(7) switch
            {
                0 => bytes[..random.Next(bytes.Length)],
                1 => Flip(bytes, random),
                2 => [.. bytes[..random.Next(bytes.Length)], .. Piece(_reports[random.Next(_reports.Count)], random)],
                3 => Repeat(bytes, random),
                4 => Nest(bytes, random),
                5 => Recode(bytes, random),
                _ => [.. bytes[..random.Next(bytes.Length)], .. Piece(bytes, random), .. bytes[random.Next(bytes.Length)..]],
            };
        }
        return bytes.Length > 100_000 ? bytes[..100_000] : bytes;
    }

    private static byte[] Piece(byte[] bytes, Random random)
    {
        var from = random.Next(bytes.Length);
        return bytes[from..random.Next(from, bytes.Length)];
    }

    private static byte[] Flip(byte[] bytes, Random random)
    {
        var flipped = bytes.ToArray();
        for (var n = random.Next(1, 20); n > 0; n--)
            flipped[random.Next(flipped.Length)] = (byte)random.Next(256);
        return flipped;
    }

    private static byte[] Repeat(byte[] bytes, Random random)
    {
        var from = random.Next(bytes.Length);
        var piece = bytes[from..Math.Min(bytes.Length, from + random.Next(1, 200))];
        return [.. bytes[..from], .. Enumerable.Repeat(piece, random.Next(2, 40)).SelectMany(p => p), .. bytes[from..]];
    }

    private static byte[] Nest(byte[] bytes, Random random)
    {
        var head = random.Next(2) == 0 ? "Content-Type: message/rfc822\n\n" : "Content-Type: multipart/report; boundary=\"n\"\n\n--n\nContent-Type: message/delivery-status\n\n";
        return [.. Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(head, random.Next(1, 12)))), .. bytes];
    }

    private static byte[] Recode(byte[] bytes, Random random)
    {
        var text = Encoding.Latin1.GetString(bytes);
        text = random.Next(3) switch
        {
            0 => text.Replace("charset=us-ascii", $"charset={Charsets[random.Next(Charsets.Length)]}", StringComparison.Ordinal),
            1 => text.Replace("Content-Type: text/plain", $"Content-Transfer-Encoding: {(random.Next(2) == 0 ? "base64" : "quoted-printable")}\nContent-Type: text/plain", StringComparison.Ordinal),
            _ => text.Replace("boundary=\"", "boundary=\"\"", StringComparison.Ordinal),
        };
        return Encoding.Latin1.GetBytes(text);
    }

    private static string Attack(string name)
    {
        const string Server = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n";
        const string Qmail = Server + "\nHi. This is the qmail-send program at mx.example.net.\n";
        return name switch
        {
            "nested multiparts" => Server + string.Concat(Enumerable.Range(0, 5000).Select(i => $"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n")),
            "nested messages" => Server + string.Concat(Enumerable.Repeat("Content-Type: message/rfc822\n\n", 50_000)),
            "many recipients" => $"{Server}Content-Type: message/delivery-status\n\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"Final-Recipient: rfc822; r{i}@example.org\nAction: failed\nStatus: 5.1.1\n\n")),
            "one long line" => Qmail + new string('a', 1_000_000) + "@" + new string('b', 1_000_000),
            "many short lines" => Qmail + string.Concat(Enumerable.Repeat("<\n", 1_000_000)),
            "many headers" => Server + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"X-A{i}: b\n")) + "\nSorry.\n",
            "many boundaries" => $"{Server}Content-Type: multipart/report; boundary=x\n\n" + string.Concat(Enumerable.Repeat("--x\n", 400_000)),
            "many addresses" => Qmail + string.Concat(Enumerable.Range(0, 80_000).Select(i => $"<r{i}@example.org>:\n")),
            _ => $"{Server}Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822;\n" + string.Concat(Enumerable.Repeat(" a\n", 600_000)),
        };
    }
}
