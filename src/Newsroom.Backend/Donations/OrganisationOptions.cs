using System.Globalization;
using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Donations;

/// <summary>Section <c>Organisation</c>: who takes the gifts, as pages and receipts say it.</summary>
public sealed class OrganisationOptions
{
    public const string Section = "Organisation";
    internal const int TextLength = 200;
    internal const int StatementLength = 500;

    /// <summary>The name on receipts. Needed as soon as gifts can be taken.</summary>
    public string LegalName { get; set; } = "";

    /// <summary>For example <c>501(c)(3)</c>; empty: nothing is said about tax.</summary>
    public string TaxStatus { get; set; } = "";

    /// <summary>For example an EIN.</summary>
    public string TaxId { get; set; } = "";

    /// <summary>The organisation that takes the gifts on the newsroom's behalf, if one does.</summary>
    public string FiscalSponsor { get; set; } = "";

    /// <summary>First month of the fiscal year, 1 to 12.</summary>
    public int FiscalYearStart { get; set; } = 1;

    /// <summary>
    /// What a receipt says about goods or services, for example "No goods or services were provided in exchange for this gift." (IRC
    /// 170(f)(8)(B)). Empty by default: only the organisation knows whether it is true.
    /// </summary>
    public string ReceiptStatement { get; set; } = "";

    /// <summary>Tax status and number in one line; null when neither is set.</summary>
    public string? TaxLine => (TaxStatus.Trim(), TaxId.Trim()) switch
    {
        ("", "") => null,
        ("", var id) => $"Tax id {id}",
        (var status, "") => status,
        var (status, id) => $"{status}, tax id {id}",
    };
}

internal sealed class OrganisationOptionsRules : IValidateOptions<OrganisationOptions>
{
    public ValidateOptionsResult Validate(string? name, OrganisationOptions options)
    {
        var faults = new List<string>();
        if (options.FiscalYearStart is < 1 or > 12)
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"Organisation:FiscalYearStart is {options.FiscalYearStart}: give the number of a month, 1 to 12."));
        foreach (var (key, value, max) in new[]
        {
            ("LegalName", options.LegalName, OrganisationOptions.TextLength), ("TaxStatus", options.TaxStatus, OrganisationOptions.TextLength / 2),
            ("TaxId", options.TaxId, OrganisationOptions.TextLength / 2), ("FiscalSponsor", options.FiscalSponsor, OrganisationOptions.TextLength),
            ("ReceiptStatement", options.ReceiptStatement, OrganisationOptions.StatementLength),
        })
        {
            if (value.Length > max)
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"Organisation:{key} is too long: give at most {max} characters."));
        }
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
