using System.Diagnostics;

namespace Newsroom.Backend.Subscribers;

/// <summary>
/// The times at which an answer may leave that must not tell who subscribes: whole steps after the work began, so that it says nothing about
/// work that is done sooner within its step. A sign-up takes a few milliseconds, several on a busy machine; timed by this machine's own clock, not by the
/// newsroom's.
/// </summary>
/// <param name="step">How long one is; zero for none.</param>
public sealed class AnswerPace(TimeSpan step)
{
    public AnswerPace()
        : this(TimeSpan.FromMilliseconds(20))
    {
    }

    /// <summary>After how long what is committed now has been answered, on any but a drowned machine: work that differs by what is known of an address begins then.</summary>
    public TimeSpan Answered => step * 5;

    /// <summary>To be called before the work.</summary>
    public Pending Begin() => new(step, Stopwatch.GetTimestamp(), step == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(step, CancellationToken.None));

    /// <summary>One answer in the making.</summary>
    public readonly struct Pending
    {
        private readonly TimeSpan _step;
        private readonly long _began;
        private readonly Task _firstStep;

        internal Pending(TimeSpan step, long began, Task firstStep) => (_step, _began, _firstStep) = (step, began, firstStep);

        /// <summary>Ends with the step in which the work was done; to be awaited last.</summary>
        public async Task StepEndAsync()
        {
            var isLate = _firstStep.IsCompleted && _step > TimeSpan.Zero;
            await _firstStep;
            if (isLate)
                await Task.Delay(_step - new TimeSpan(Stopwatch.GetElapsedTime(_began).Ticks % _step.Ticks), CancellationToken.None);
        }
    }
}
