using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <summary>A refusal in Stripe's own form (https://docs.stripe.com/api/errors).</summary>
public sealed class StripeErrorException(int status, string type, string message, string? code = null, string? parameter = null) : Exception(message)
{
    public int Status => status;

    /// <summary>The answer's body: <c>{"error":{"type":…,"code":…,"param":…,"message":…}}</c>.</summary>
    public JsonObject Json
    {
        get
        {
            var error = new JsonObject { ["type"] = type, ["message"] = Message };
            if (code is not null)
                error["code"] = code;
            if (parameter is not null)
                error["param"] = parameter;
            return new JsonObject { ["error"] = error };
        }
    }

    public static StripeErrorException Invalid(string message, string? parameter = null, string? code = null) =>
        new(400, "invalid_request_error", message, code, parameter);

    public static StripeErrorException Missing(string what, string id) =>
        new(404, "invalid_request_error", $"No such {what}: '{id}'", "resource_missing", "id");

    public static StripeErrorException Needed(string parameter) => Invalid($"Missing required param: {parameter}.", parameter, "parameter_missing");
}
