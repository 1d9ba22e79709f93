using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Newsroom.Backend.Donations.Mailed;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

/// <summary>The donation form as JSON, field for field.</summary>
/// <param name="Amount">Decimal text in major units (a JSON number is read as it is written).</param>
/// <param name="Currency">ISO 4217; absent: the first one configured.</param>
/// <param name="Frequency"><c>once</c>, <c>monthly</c> or <c>yearly</c>; absent: once, for a plan must be asked for.</param>
/// <param name="Email">Where the receipt goes.</param>
/// <param name="Name">The donor's.</param>
/// <param name="CoverFees">Adds the card's fee, where it is offered.</param>
/// <param name="Campaign">What the gift counts for.</param>
/// <param name="Message">To the newsroom.</param>
/// <param name="Anonymous">Not to be named in public.</param>
/// <param name="InHonourOf">Whom the gift is made for.</param>
/// <param name="Tribute"><c>memory</c> when they have died; absent or <c>honour</c> otherwise.</param>
/// <param name="MailingAddress">Kept where the newsroom asks for it, several lines.</param>
/// <param name="MailingCountry">Where it is not the newsroom's own.</param>
/// <param name="Newsletter">True: the newsletters that the form offers. A slug or a list of slugs: those.</param>
/// <param name="Src">Where the donor came from.</param>
/// <param name="Website">Leave it out: only robots fill it.</param>
/// <param name="MailLink">True: when no checkout can be opened at once, its link is to be mailed to the donor, who has agreed to that.</param>
/// <param name="Ticket">Of a <c>proof</c> that an answer asked for.</param>
/// <param name="Nonce">What was found for it.</param>
public sealed record NewCheckout(
    [property: JsonConverter(typeof(CheckoutsApi.AmountText))] string? Amount, string? Currency, string? Frequency, string? Email, string? Name,
    [property: JsonPropertyName("cover_fees"), JsonConverter(typeof(CheckoutsApi.Tick))] bool CoverFees, string? Campaign, string? Message,
    [property: JsonConverter(typeof(CheckoutsApi.Tick))] bool Anonymous,
    [property: JsonPropertyName("in_honour_of")] string? InHonourOf, string? Tribute,
    [property: JsonPropertyName("mailing_address")] string? MailingAddress, [property: JsonPropertyName("mailing_country")] string? MailingCountry,
    NewsletterBox? Newsletter, string? Src, string? Website,
    [property: JsonConverter(typeof(CheckoutsApi.Tick))] bool MailLink, string? Ticket, string? Nonce);

/// <param name="Status"><c>check_your_mail</c>: it has been sent. <c>mail_follows</c>: it will be, when payments work again.</param>
public sealed record LinkAnswer(string Status);

/// <param name="Id">The gift's.</param>
/// <param name="Url">Stripe's checkout page: send the donor there.</param>
public sealed record CheckoutAnswer(string Id, string Url);

/// <summary>The donation form for scripts on the newsroom's own pages: no key, no cookie, no credentials.</summary>
internal static class CheckoutsApi
{
    public const string CorsPolicy = "checkouts";

    private static readonly Dictionary<string, object?> MailOffered = new(StringComparer.Ordinal) { ["mailLink"] = "offered" };
    private static readonly Dictionary<string, object?> NothingOffered = new(StringComparer.Ordinal);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/checkouts", StartAsync).WithSummary("Starts a gift and gives the address of its checkout.").AllowAnonymous()
            .RequireCors(CorsPolicy).WithMetadata(new PostLimitAttribute(CheckoutLimit.Policy))
            .WithTags("checkouts")
            .Produces<CheckoutAnswer>(StatusCodes.Status201Created)
            .Produces<LinkAnswer>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> StartAsync(NewCheckout form, GiftDesk desk, HttpContext context, CancellationToken cancellationToken)
    {
        if (!desk.IsOpen)
            return Results.Problem(statusCode: StatusCodes.Status503ServiceUnavailable, title: GiftDesk.Closed);
        var (outcome, faults) = await desk.TakeAsync(new GiftForm
        {
            Amount = form.Amount,
            AmountIsExact = true,
            Currency = form.Currency,
            Frequency = form.Frequency ?? "once",
            Email = form.Email,
            Name = form.Name,
            CoverFees = form.CoverFees,
            Campaign = form.Campaign,
            Message = form.Message,
            Anonymous = form.Anonymous,
            InHonourOf = form.InHonourOf,
            Tribute = form.Tribute,
            MailingAddress = form.MailingAddress,
            MailingCountry = form.MailingCountry,
            Newsletter = form.Newsletter ?? NewsletterBox.Empty,
            Method = ConsentMethod.Api,
            Source = form.Src,
            Trap = form.Website,
            ByMail = form.MailLink,
            Ticket = form.Ticket,
            ProofNonce = form.Nonce,
        }, context.Connection.RemoteIpAddress, cancellationToken);
        var offered = desk.CanMail ? MailOffered : NothingOffered;
        switch (outcome)
        {
            case StartDonationOutcome.Opened(var id, var url):
                return Results.Created((string?)null, new CheckoutAnswer(id, url));
            case StartDonationOutcome.AlreadyGiven:
                return Api.Conflict("The same gift was made a moment ago: nothing more is charged. Wait two minutes to give it again.");
            case StartDonationOutcome.Deferred:
                context.Response.Headers.RetryAfter = "60";
                return Results.Problem(statusCode: StatusCodes.Status503ServiceUnavailable, title: GiftDesk.Unreachable,
                    detail: desk.CanMail ? "Or send it with \"mailLink\": true, if the donor agrees to get one email with a link when it works again." : null, extensions: offered);
            case StartDonationOutcome.LinkFollows(var cause):
                return Results.Accepted(value: new LinkAnswer(cause == LinkCause.StripeDown ? "mail_follows" : "check_your_mail"));
            case StartDonationOutcome.OnlyByMail:
                return Results.Problem(statusCode: StatusCodes.Status403Forbidden, title: GiftDesk.MailNeeded,
                    detail: "Send it with \"mailLink\": true, if the donor agrees to get one email with the link.", extensions: MailOffered);
            case StartDonationOutcome.NeedsProof(var challenge):
                context.Response.Headers.RetryAfter = NetworkLimit.Seconds(SignUpProof.Soonest);
                return Results.Problem(statusCode: StatusCodes.Status429TooManyRequests, title: GiftDesk.ProofNeeded,
                    detail: "Find the proof's nonce and send the form again with \"ticket\" and \"nonce\", not before the wait is over"
                        + (desk.CanMail ? "; or with \"mailLink\": true, if the donor agrees to get one email with the link." : "."),
                    extensions: new Dictionary<string, object?>(offered, StringComparer.Ordinal) { ["proof"] = challenge });
            case StartDonationOutcome.TooMany(var wait):
                context.Response.Headers.RetryAfter = NetworkLimit.Seconds(wait);
                return Results.Problem(statusCode: StatusCodes.Status429TooManyRequests, title: GiftDesk.TooMany);
            default:
                return Results.ValidationProblem(
                    faults.GroupBy(f => f.Field, f => f.WhatToDo, StringComparer.Ordinal).ToDictionary(f => f.Key, f => f.ToArray(), StringComparer.Ordinal),
                    statusCode: StatusCodes.Status422UnprocessableEntity, title: faults[0].WhatToDo);
        }
    }

    /// <summary>A box of the form: true, or any text but the ones that say no.</summary>
    internal sealed class Tick : JsonConverter<bool>
    {
        public override bool Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            JsonTokenType.String => DonateFields.Ticks(reader.GetString()),
            _ => throw new JsonException("Give true or false."),
        };

        public override void Write(Utf8JsonWriter writer, bool value, JsonSerializerOptions options) => writer.WriteBooleanValue(value);
    }

    /// <summary>Takes a number too, as the characters it was written with: it never becomes a float.</summary>
    internal sealed class AmountText : JsonConverter<string?>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.Number => Encoding.UTF8.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan),
            JsonTokenType.Null => null,
            _ => throw new JsonException("Give the amount as decimal text."),
        };

        public override void Write(Utf8JsonWriter writer, string? value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }
}
