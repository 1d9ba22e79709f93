using System.CommandLine;
using System.Globalization;
using System.Text;

namespace Newsroom.Backend.Benchmarks.Sink;

/// <summary>Where the sink may misbehave.</summary>
internal enum SinkStep
{
    Connect,
    Ehlo,
    Mail,
    Rcpt,
    Data,

    /// <summary>When the first octets of a message are there: before the final dot.</summary>
    Body,

    /// <summary>After the final dot.</summary>
    Dot,
}

/// <summary>What the sink does in the place of the usual answer.</summary>
internal abstract record SinkDeed
{
    /// <summary>Says this. 421 also closes the connection (RFC 5321 §3.8).</summary>
    public sealed record Reply(byte[] Line) : SinkDeed
    {
        public bool Closes => Line.AsSpan().StartsWith("421"u8);

        public bool IsPositive => Line[0] is (byte)'2' or (byte)'3';
    }

    /// <summary>Hangs up. What was being sent is not taken.</summary>
    public sealed record Drop : SinkDeed;

    /// <summary>Takes the message, and hangs up without a word.</summary>
    public sealed record TakeAndDrop : SinkDeed;

    /// <summary>Never answers again.</summary>
    public sealed record Stall : SinkDeed;

    /// <summary>Answers as usual, so much later.</summary>
    public sealed record Slow(int Milliseconds) : SinkDeed;
}

/// <summary>
/// By which chance the sink does what at which step: lines such as <c>rcpt 0.01 450 4.2.1 Try again later</c>, <c>body 0.001 drop</c>,
/// <c>dot 0.001 take-and-drop</c>, <c>data 0.001 stall</c>, <c>dot 0.05 slow 200</c>.
/// </summary>
internal sealed class SinkScript(IEnumerable<string> lines, int seed)
{
    private readonly Lock _turn = new();
    private readonly Random _chance = new(seed);
    private readonly ILookup<SinkStep, Rule> _rules = lines.Select(Rule.Parse).ToLookup(r => r.Step);

    /// <summary>The command line's <c>--on</c>, once a line.</summary>
    public static Option<string[]> Option()
    {
        var option = new Option<string[]>("--on")
        {
            Description = "A misdeed of the sink's by chance, 'STEP CHANCE DEED': at connect, ehlo, mail, rcpt, data, body or dot; a reply, drop, take-and-drop, stall or 'slow MS'.",
        };
        option.Validators.Add(given =>
        {
            foreach (var token in given.Tokens)
            {
                if (Rule.TryParse(token.Value) is null)
                    given.AddError(Rule.Fault(token.Value));
            }
        });
        return option;
    }

    /// <summary>How often each rule came true, by its line.</summary>
    public Dictionary<string, int> Done => _rules.SelectMany(r => r).GroupBy(r => r.Line, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(r => r.Times), StringComparer.Ordinal);

    /// <returns>Null: as usual.</returns>
    public SinkDeed? Next(SinkStep step)
    {
        if (!_rules.Contains(step))
            return null;
        lock (_turn)
        {
            var drawn = _chance.NextDouble();
            foreach (var rule in _rules[step])
            {
                drawn -= rule.Chance;
                if (drawn >= 0)
                    continue;
                rule.Times++;
                return rule.Deed;
            }
            return null;
        }
    }

    private sealed record Rule(string Line, SinkStep Step, double Chance, SinkDeed Deed)
    {
        public int Times { get; set; }

        /// <exception cref="FormatException">Not a line of this kind; the message shows one.</exception>
        public static Rule Parse(string line) => TryParse(line) ?? throw new FormatException(Fault(line));

        public static Rule? TryParse(string line) =>
            line.Split(' ', 3) is [var where, var often, var what] && Enum.TryParse<SinkStep>(where, ignoreCase: true, out var step) && Enum.IsDefined(step)
                && double.TryParse(often, NumberStyles.Float, CultureInfo.InvariantCulture, out var chance) && chance is >= 0 and <= 1 && Named(what) is { } deed
                ? new Rule(line, step, chance, deed)
                : null;

        public static string Fault(string line) =>
            $"'{line}' is no line of a sink's script: write STEP CHANCE DEED, for example 'rcpt 0.01 450 4.2.1 Try again later' or 'dot 0.001 take-and-drop'.";

        private static SinkDeed? Named(string words) => words.Split(' ') switch
        {
            ["drop"] => new SinkDeed.Drop(),
            ["take-and-drop"] => new SinkDeed.TakeAndDrop(),
            ["stall"] => new SinkDeed.Stall(),
            ["slow", var milliseconds] when int.TryParse(milliseconds, CultureInfo.InvariantCulture, out var late) => new SinkDeed.Slow(late),
            [['2' or '3' or '4' or '5', _, _], ..] => new SinkDeed.Reply(Encoding.ASCII.GetBytes(words + "\r\n")),
            _ => null,
        };
    }
}
