using Newsroom.Backend.Data;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers;

/// <summary>What a reader agreed to.</summary>
/// <param name="Wording">In which words.</param>
/// <param name="Method">How: one of <see cref="ConsentMethod"/>.</param>
/// <param name="Place">Where.</param>
/// <param name="At">When.</param>
internal sealed record Agreement(ConsentWording Wording, string Method, ConsentPlace Place, DateTimeOffset At);

/// <summary>One sign-up to be written.</summary>
/// <param name="Address">Whose.</param>
/// <param name="Newsletters">Slugs; none: the default ones.</param>
/// <param name="Name">The subscriber's once confirmed.</param>
/// <param name="Agreement">For the consent record.</param>
/// <param name="Held">Kept without a mail until staff let it go.</param>
/// <param name="Now">The moment of asking.</param>
internal sealed record SignUpOrder(
    EmailAddress Address, IReadOnlySet<string> Newsletters, string? Name, Agreement Agreement, bool Held, DateTimeOffset Now)
{
    /// <inheritdoc cref="SignUpForm.WasOnOffer"/>
    public bool WasOnOffer { get; init; }

    /// <summary>Filled in by <see cref="RecordSignUps"/>.</summary>
    public SignUpOutcome Outcome { get; set; } = new SignUpOutcome.Accepted();
}

/// <summary>
/// The one road to a confirmation mail, and so to its <see cref="CoolDown"/>, whether a form, the API or an expired link asks. Sign-ups that come at
/// the same time are written together; each is committed before this returns.
/// </summary>
public sealed class AskForConfirmation(IServiceScopeFactory scopes) : IAsyncDisposable
{
    private readonly GroupWriter<SignUpOrder> _writer = new(scopes, (services, orders) =>
        services.GetRequiredService<RecordSignUps>().RunAsync(orders, CancellationToken.None));

    internal async Task<SignUpOutcome> RunAsync(SignUpOrder order, CancellationToken cancellationToken)
    {
        // Who gives up waiting has signed up all the same.
        await _writer.WriteAsync(order).WaitAsync(cancellationToken);
        return order.Outcome;
    }

    internal Task RunAsync(
        EmailAddress address, IReadOnlyList<Newsletter> newsletters, string? name, Agreement agreement, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync(new SignUpOrder(address, newsletters.Select(n => n.Slug).ToHashSet(StringComparer.Ordinal), name, agreement, Held: false, now), cancellationToken);

    public ValueTask DisposeAsync() => _writer.DisposeAsync();
}
