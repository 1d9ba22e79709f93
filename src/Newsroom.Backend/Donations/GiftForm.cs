using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Donations;

/// <summary>The donation form as it was sent, by a page or as JSON: nothing in it is trusted yet.</summary>
public sealed record GiftForm
{
    /// <summary>Decimal text in major units.</summary>
    public string? Amount { get; init; }
    public string? Currency { get; init; }
    public string? Frequency { get; init; }
    public string? Email { get; init; }
    public string? Name { get; init; }
    public bool CoverFees { get; init; }
    public string? Campaign { get; init; }
    public string? Message { get; init; }
    public bool Anonymous { get; init; }
    public NewsletterBox Newsletter { get; init; } = NewsletterBox.Empty;

    /// <summary>How it was filled in: one of <see cref="ConsentMethod"/>.</summary>
    public string Method { get; init; } = ConsentMethod.Form;
    public string? Source { get; init; }

    /// <summary>The field people do not see.</summary>
    public string? Trap { get; init; }

    /// <summary>The proof of work that came with it, while one is asked: <see cref="CardTesting.GiftProof"/>.</summary>
    public string? Ticket { get; init; }

    /// <summary>What a script found for <see cref="Ticket"/>.</summary>
    public string? ProofNonce { get; init; }

    /// <summary>Should there be no checkout page at once, the donor wants the way to it by mail.</summary>
    public bool ByMail { get; init; }

    /// <summary>One rendering of the form; the same one sent twice is one gift. Null from forms that have none.</summary>
    public string? Nonce { get; init; }
}

/// <summary>A field that cannot be taken, and a sentence that says what to do.</summary>
public sealed record FormFault(string Field, string WhatToDo);

/// <summary>A form that can be taken: what the donor wants to give.</summary>
public sealed record GiftIntent
{
    /// <summary>Without the fee.</summary>
    public required Money Gift { get; init; }

    /// <summary>What is added for the card's fee, in minor units; 0 when nothing is.</summary>
    public required long FeeCover { get; init; }
    public required Frequency Frequency { get; init; }
    public required EmailAddress Address { get; init; }
    public string? Name { get; init; }
    public string? Campaign { get; init; }
    public string? Message { get; init; }
    public bool Anonymous { get; init; }

    /// <summary>Slugs, in order.</summary>
    public IReadOnlyList<string> Newsletters { get; init; } = [];

    /// <summary>How they were ticked: one of <see cref="ConsentMethod"/>.</summary>
    public required string Method { get; init; }
    public string? Source { get; init; }
    public string? Nonce { get; init; }

    public Money Total => Gift with { Minor = Gift.Minor + FeeCover };

    /// <summary>
    /// The same form sent twice has the same key. A form without a nonce (an integration, a form on the newsroom's own site) is the same
    /// when it says the same within one <paramref name="minute"/>.
    /// </summary>
    public string KeyIn(long minute) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n',
        Nonce ?? minute.ToString(CultureInfo.InvariantCulture), Gift, FeeCover, Frequency, Address.Key, Name, Campaign, Anonymous,
        string.Join(',', Newsletters), Source, Message))));
}

/// <summary>The rules of the donation form, for page and API alike.</summary>
public sealed class GiftRules(GivingTerms terms, Web.SiteOptions site)
{
    private const int NonceLength = 64;

    public static bool TryParseFrequency(string? text, out Frequency frequency)
    {
        (var known, frequency) = text?.Trim().ToLowerInvariant() switch
        {
            "once" => (true, Frequency.Once),
            "monthly" => (true, Frequency.Monthly),
            "yearly" => (true, Frequency.Yearly),
            _ => (false, Frequency.Monthly),
        };
        return known;
    }

    /// <returns>What the donor wants; null with at least one fault, in the order of the form's fields.</returns>
    public GiftIntent? Read(GiftForm form, ICollection<FormFault> faults)
    {
        if (!TryParseFrequency(form.Frequency, out var frequency))
            faults.Add(new("frequency", "Choose how often to give: once, monthly or yearly."));
        var offer = string.IsNullOrWhiteSpace(form.Currency) ? terms.Default : terms.Find(form.Currency);
        if (offer is null)
            faults.Add(new("currency", $"Choose a currency we take: {string.Join(", ", terms.Currencies.Select(c => c.Currency.Code))}."));
        var gift = offer is null ? default : ReadAmount(form.Amount, offer, faults);
        var fee = form.CoverFees && offer?.Fee is { } cover ? cover.Gross(gift.Minor) - gift.Minor : 0;
        if (gift.Minor <= offer?.Maximum.Minor && gift.Minor + fee > offer.Currency.LargestCharge)
            faults.Add(new("amount", "With the card fee this is more than can be charged at once: give a smaller sum, or leave the fee out."));
        if (!EmailAddress.TryParse(form.Email, out var address))
            faults.Add(new("email", "Give the address for your receipt, for example name@example.org."));
        else if (address.NeedsSmtpUtf8)
            faults.Add(new("email", "Give an address written in plain letters (a to z): the payment page takes no other."));
        var name = Line(form.Name, Donation.NameLength, "name", "name", faults);
        var campaign = Line(form.Campaign, Donation.CampaignLength, "campaign", "campaign", faults);
        var source = Line(form.Source, Donation.AttributionLength, "src", "source", faults);
        var message = Lines(form.Message, faults);
        if (faults.Count > 0)
            return null;
        return new GiftIntent
        {
            Gift = gift,
            FeeCover = fee,
            Frequency = frequency,
            Address = address,
            Name = name,
            Campaign = campaign,
            Message = message,
            Anonymous = form.Anonymous,
            Method = form.Method,
            Source = source,
            Nonce = form.Nonce is { Length: > 0 and <= NonceLength } nonce ? nonce : null,
        };
    }

    private Money ReadAmount(string? text, CurrencyTerms offer, ICollection<FormFault> faults)
    {
        var example = new Money(offer.Presets[Frequency.Monthly].FirstOrDefault(offer.Minimum).Minor, offer.Currency).ToDecimalString();
        var problem = Money.TryParse(text, offer.Currency, out var money);
        if (problem == MoneyProblem.None)
        {
            problem = money.Minor < offer.Minimum.Minor ? MoneyProblem.NotPositive : money.Minor > offer.Maximum.Minor ? MoneyProblem.TooLarge : problem;
        }
        var whatToDo = problem switch
        {
            MoneyProblem.None => null,
            MoneyProblem.Empty => $"Choose an amount, or type one in digits, for example {example}.",
            MoneyProblem.NotANumber => $"Type the amount in plain digits without thousands separators, for example {example}.",
            MoneyProblem.TooManyDecimals when offer.Currency.Exponent == 0 => $"Type the amount without decimals: {offer.Currency} has none.",
            MoneyProblem.TooManyDecimals => $"Type the amount with at most two decimals, for example {example}.",
            MoneyProblem.NotPositive => $"The smallest gift we can take here is {offer.Minimum.Format(site.Culture)}: type that or more.",
            MoneyProblem.TooLarge => $"The largest gift we can take here is {offer.Maximum.Format(site.Culture)}. Please write to us to give more.",
            _ => throw new InvalidOperationException($"{problem} has no sentence."),
        };
        if (whatToDo is not null)
            faults.Add(new("amount", whatToDo));
        return money;
    }

    private static string? Line(string? text, int max, string field, string what, ICollection<FormFault> faults)
    {
        var line = text?.Trim();
        if (string.IsNullOrEmpty(line))
            return null;
        if (line.Length > max || line.Any(char.IsControl))
            faults.Add(new(field, $"Shorten the {what} to one line of at most {max.ToString(CultureInfo.InvariantCulture)} characters."));
        return line;
    }

    private static string? Lines(string? text, ICollection<FormFault> faults)
    {
        var message = text?.Trim().ReplaceLineEndings("\n");
        if (string.IsNullOrEmpty(message))
            return null;
        if (message.Length > Donation.MessageLength || message.Any(c => char.IsControl(c) && c != '\n'))
            faults.Add(new("message", $"Shorten the message to at most {Donation.MessageLength.ToString(CultureInfo.InvariantCulture)} characters."));
        return message;
    }
}
