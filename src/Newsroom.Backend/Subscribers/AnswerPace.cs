namespace Newsroom.Backend.Subscribers;

/// <summary>
/// The least time an answer takes that must not tell who subscribes. The timer starts before the work and the answer waits for both, so
/// it says nothing about work that is done sooner. A sign-up takes a few milliseconds; a timer of this machine's own, not of the newsroom's clock.
/// </summary>
/// <param name="least">How long.</param>
public sealed class AnswerPace(TimeSpan least)
{
    public AnswerPace()
        : this(TimeSpan.FromMilliseconds(20))
    {
    }

    /// <summary>Await it last.</summary>
    public Task Begin() => least == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(least, CancellationToken.None);
}
