using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <summary>
/// Stripe's rule (https://docs.stripe.com/api/idempotent_requests): the first answer to a key is given again to the same request and refused
/// to a different one. Answers to requests that failed validation are not kept.
/// </summary>
internal sealed class PracticeIdempotency
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Request, JsonObject Answer)> _kept = new(StringComparer.Ordinal);

    /// <param name="key">Null: nothing is kept.</param>
    /// <param name="request">Method, path and parameters.</param>
    /// <param name="answer">Does the work; runs while others with a key wait.</param>
    /// <returns>The answer and whether it is an old one.</returns>
    public (JsonObject Answer, bool Replayed) Once(string? key, string request, Func<JsonObject> answer)
    {
        if (key is null)
            return (answer(), false);
        lock (_gate)
        {
            if (_kept.TryGetValue(key, out var kept))
            {
                return kept.Request == request ? (kept.Answer, true) : throw new StripeErrorException(400, "idempotency_error",
                    "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                    + $"Try using a key other than '{key}' if you meant to execute a different request.");
            }
            var made = answer();
            _kept[key] = (request, made);
            return (made, false);
        }
    }
}
