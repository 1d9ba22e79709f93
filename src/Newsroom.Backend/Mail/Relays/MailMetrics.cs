using System.Diagnostics.Metrics;

namespace Newsroom.Backend.Mail.Relays;

/// <summary>Meter <c>Newsroom</c>: what leaves, how quickly, and what waits. No tag says who anybody is.</summary>
internal sealed class MailMetrics : IDisposable
{
    public const string MeterName = "Newsroom";

    private readonly Meter _meter;
    private readonly Counter<long> _messages;
    private readonly Histogram<double> _duration;
    private readonly UpDownCounter<long> _waiting;

    public MailMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _messages = _meter.CreateCounter<long>("newsroom.mail.messages", "{message}", "Messages that a relay was asked to take, by its answer.");
        _duration = _meter.CreateHistogram<double>("newsroom.mail.handover.duration", "s", "From the open line to the relay's answer.");
        _waiting = _meter.CreateUpDownCounter<long>("newsroom.mail.waiting", "{message}", "Messages that wait for their turn.");
    }

    public void Watch(Func<int> connections) =>
        _meter.CreateObservableUpDownCounter("newsroom.mail.connections", () => (long)connections(), "{connection}", "Connections open to the relays.");

    public void Waits(MailLane lane, int change) => _waiting.Add(change, new KeyValuePair<string, object?>("lane", Words[(int)lane]));

    public void Answered(string relay, MailLane lane, HandOver answer, TimeSpan took)
    {
        KeyValuePair<string, object?>[] tags =
        [
            new("relay", relay), new("lane", Words[(int)lane]),
            new("result", answer.Result.ToString().ToLowerInvariant()), new("owner", answer.Owner.ToString().ToLowerInvariant()),
        ];
        _messages.Add(1, tags);
        _duration.Record(took.TotalSeconds, tags.AsSpan(0, 2));
    }

    public void Dispose() => _meter.Dispose();

    private static readonly string[] Words = [.. Enum.GetNames<MailLane>().Select(n => n.ToLowerInvariant())];
}
