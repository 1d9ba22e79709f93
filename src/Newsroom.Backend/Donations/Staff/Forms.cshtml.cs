using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Donations.Staff;

/// <summary>Ways to put giving into another site, to copy, as they will look.</summary>
[Authorize(StaffPolicies.Editor)]
public sealed class FormsModel(GiftSnippets snippets, GivingTerms terms) : PageModel
{
    public GiftEmbedShape? Made { get; private set; }
    public (string Field, string WhatToDo)? Fault { get; private set; }
    public string? Currency { get; private set; }
    public string? Frequency { get; private set; }
    public string? Campaign { get; private set; }
    public string? Source { get; private set; }

    public IReadOnlyList<string> Currencies => [.. terms.Currencies.Select(c => c.Currency.Code)];

    public static IReadOnlyList<(string Value, string Name)> Frequencies { get; } = [.. DonateModel.Frequencies.Select(f => (Words.Adverb(f), Words.Title(f)))];

    public void OnGet(string? currency, string? frequency, string? campaign, string? src)
    {
        (Currency, Frequency, Campaign, Source) = (currency, frequency, campaign, src);
        switch (snippets.Make(currency, frequency, campaign, src))
        {
            case GiftSnippetsOutcome.Made(var shape):
                Made = shape;
                return;
            case GiftSnippetsOutcome.Invalid(var field, var whatToDo):
                Fault = (field, whatToDo);
                break;
            case GiftSnippetsOutcome.NoPublicUrl:
                Fault = ("main", "Set Site:PublicUrl first and start again: a form on another site needs an address to post to.");
                break;
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}.");
        }
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
    }
}
