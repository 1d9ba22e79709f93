using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Donations;

/// <summary>The donation form as it was sent, by a page or as JSON: nothing in it is trusted yet.</summary>
public sealed record GiftForm
{
    /// <summary>In major units.</summary>
    public string? Amount { get; init; }

    /// <summary>The amount is a machine's decimal text with a full stop; otherwise it was typed, in the way of the site's language.</summary>
    public bool AmountIsExact { get; init; }
    public string? Currency { get; init; }
    public string? Frequency { get; init; }
    public string? Email { get; init; }
    public string? Name { get; init; }
    public bool CoverFees { get; init; }
    public string? Campaign { get; init; }
    public string? Message { get; init; }
    public bool Anonymous { get; init; }
    public string? InHonourOf { get; init; }

    /// <summary><c>honour</c> or <c>memory</c>.</summary>
    public string? Tribute { get; init; }
    public string? MailingAddress { get; init; }
    public string? MailingCountry { get; init; }
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
    public string? InHonourOf { get; init; }
    public bool InMemory { get; init; }
    public string? MailingAddress { get; init; }
    public string? MailingCountry { get; init; }

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
        string.Join(',', Newsletters), Source, InHonourOf, InMemory, MailingAddress, MailingCountry, Message))));
}

/// <summary>The rules of the donation form, for page and API alike.</summary>
public sealed class GiftRules(GivingTerms terms, Web.SiteOptions site)
{
    private const int NonceLength = 64;
    private const int MostAddressLines = 8;

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

    /// <param name="form">As sent.</param>
    /// <param name="today">In the newsroom's zone: the card's fee depends on it.</param>
    /// <param name="faults">Gets what is wrong.</param>
    /// <returns>What the donor wants; null with at least one fault, in the order of the form's fields.</returns>
    public GiftIntent? Read(GiftForm form, DateOnly today, ICollection<FormFault> faults)
    {
        if (!TryParseFrequency(form.Frequency, out var frequency))
            faults.Add(new("frequency", "Choose how often to give: once, monthly or yearly."));
        var offer = string.IsNullOrWhiteSpace(form.Currency) ? terms.Default : terms.Find(form.Currency);
        if (offer is null)
            faults.Add(new("currency", $"Choose a currency we take: {string.Join(", ", terms.Currencies.Select(c => c.Currency.Code))}."));
        var gift = offer is null ? default : ReadAmount(form.Amount, form.AmountIsExact, offer, faults);
        var fee = form.CoverFees && offer?.FeeOn(today) is { } cover ? cover.Gross(gift.Minor) - gift.Minor : 0;
        if (gift.Minor <= offer?.Maximum.Minor && gift.Minor + fee > offer.Currency.LargestCharge)
            faults.Add(new("amount", "With the card fee this is more than can be charged at once: give a smaller sum, or leave the fee out."));
        if (!EmailAddress.TryParse(form.Email, out var address))
            faults.Add(new("email", "Give the address for your receipt, for example name@example.org."));
        else if (address.NeedsSmtpUtf8)
            faults.Add(new("email", "Give an address written in plain letters (a to z): the payment page takes no other."));
        var name = Line(form.Name, Donation.NameLength, "name", "name", faults);
        var (mailing, country) = ReadMailingAddress(form, faults);
        var honoured = Line(form.InHonourOf, Donation.InHonourOfLength, "in_honour_of", "name of whom you honour", faults);
        if (form.Tribute is not (null or "" or "honour" or "memory"))
            faults.Add(new("tribute", "Choose in honour of or in memory of."));
        var campaign = Line(form.Campaign, Donation.CampaignLength, "campaign", "campaign", faults);
        var source = Line(form.Source, Donation.AttributionLength, "src", "source", faults);
        var message = Lines(form.Message, Donation.MessageLength, "message", "message", faults);
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
            InHonourOf = honoured,
            InMemory = honoured is not null && form.Tribute == "memory",
            MailingAddress = mailing,
            MailingCountry = country,
            Method = form.Method,
            Source = source,
            Nonce = form.Nonce is { Length: > 0 and <= NonceLength } nonce ? nonce : null,
        };
    }

    /// <param name="text">As typed.</param>
    /// <param name="isExact">Written by a machine: with a full stop, whatever the site's language.</param>
    /// <param name="offer">What can be given in its currency.</param>
    /// <param name="faults">Gets what is wrong with it, for the field <c>amount</c>.</param>
    public Money ReadAmount(string? text, bool isExact, CurrencyTerms offer, ICollection<FormFault> faults)
    {
        var reading = isExact ? ReadExact(text, offer.Currency) : AmountText.Read(text, offer.Currency, site.Culture);
        var money = reading.Money;
        var problem = reading.Problem != MoneyProblem.None ? reading.Problem
            : money.Minor < offer.Minimum.Minor ? MoneyProblem.NotPositive
            : money.Minor > offer.Maximum.Minor ? MoneyProblem.TooLarge
            : MoneyProblem.None;
        var preset = offer.Presets[Frequency.Monthly].FirstOrDefault(offer.Minimum);
        var example = isExact ? preset.ToDecimalString() : AmountText.Write(preset, site.Culture);
        var whatToDo = problem switch
        {
            MoneyProblem.None => null,
            MoneyProblem.Empty => $"Choose an amount, or type one in digits, for example {example}.",
            MoneyProblem.NotANumber => $"Type the amount in plain digits without thousands separators, for example {example}.",
            MoneyProblem.Ambiguous => $"“{text?.Trim()}” can be read as {money.Format(site.Culture)} or as {reading.Other.Format(site.Culture)}: "
                + $"type {AmountText.Write(money, site.Culture)} or {AmountText.Write(reading.Other, site.Culture)}.",
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

    /// <summary>Machines write a full stop whatever the site's language.</summary>
    private static AmountReading ReadExact(string? text, Currency currency) => text?.Contains(',', StringComparison.Ordinal) == true
        ? new(MoneyProblem.NotANumber, default)
        : new(Money.TryParse(text, currency, out var money), money);

    /// <summary>Both null where the newsroom does not ask: what nobody wants to have is not kept.</summary>
    private (string? Address, string? Country) ReadMailingAddress(GiftForm form, ICollection<FormFault> faults)
    {
        if (terms.MailingAddress == AddressWanted.Off)
            return default;
        var address = Lines(form.MailingAddress, Donation.MailingAddressLength, "mailing_address", "postal address", faults);
        if (address?.Count(c => c == '\n') >= MostAddressLines)
            faults.Add(new("mailing_address", $"Write the postal address in at most {MostAddressLines.ToString(CultureInfo.InvariantCulture)} lines."));
        if (address is null && terms.MailingAddress == AddressWanted.Required)
            faults.Add(new("mailing_address", "Give your postal address: street, postcode and town."));
        var country = Line(form.MailingCountry, Donation.MailingCountryLength, "mailing_country", "country", faults);
        return address is null ? default : (address, country);
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

    private static string? Lines(string? text, int max, string field, string what, ICollection<FormFault> faults)
    {
        var lines = text?.Trim().ReplaceLineEndings("\n");
        if (string.IsNullOrEmpty(lines))
            return null;
        if (lines.Length > max || lines.Any(c => char.IsControl(c) && c != '\n'))
            faults.Add(new(field, $"Shorten the {what} to at most {max.ToString(CultureInfo.InvariantCulture)} characters."));
        return lines;
    }
}
