using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Mail;

/// <summary>A template and a model like the ones it will get.</summary>
public sealed record MailTemplateSample(string Template, Func<SiteOptions, IReadOnlyDictionary<string, object?>> Model);

/// <summary>
/// At start every template is parsed and every feature's sample rendered: a slip in a newsroom's own copy stops the start with its file and
/// place, not the morning's digest.
/// </summary>
internal sealed class MailTemplateCheck(MailTemplates templates, IEnumerable<MailTemplateSample> samples, IOptions<SiteOptions> site) : IValidateOptions<MailOptions>
{
    public ValidateOptionsResult Validate(string? name, MailOptions options)
    {
        var faults = new List<string>();
        foreach (var file in templates.Files)
            Try(faults, () => templates.Parse(file));
        if (faults.Count > 0)
            return ValidateOptionsResult.Fail(faults);
        if (!SiteIsRight())
            return ValidateOptionsResult.Skip;
        // Rendering does not wait for anything: the task is done when it comes.
        foreach (var sample in samples)
            Try(faults, () => templates.RenderAsync(sample.Template, sample.Model(site.Value), CancellationToken.None).AsTask().GetAwaiter().GetResult());
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults.Distinct());
    }

    /// <summary>Wrong site options name themselves; the samples would only say it again, and hide what else is wrong.</summary>
    private bool SiteIsRight()
    {
        try
        {
            _ = site.Value;
            return true;
        }
        catch (OptionsValidationException)
        {
            return false;
        }
    }

    private static void Try(List<string> faults, Func<object> attempt)
    {
        try
        {
            attempt();
        }
        catch (MailTemplateException e)
        {
            faults.Add(e.Message);
        }
    }
}
