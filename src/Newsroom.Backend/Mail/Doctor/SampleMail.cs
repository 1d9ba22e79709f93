using Microsoft.Extensions.Options;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>A list's mail as every reader's is built: the digest's template with its own sample, all list headers, signed.</summary>
public sealed class SampleMail(IEnumerable<MailTemplateSample> samples, MailTemplates templates, MessageBuilder messages, IOptions<SiteOptions> site)
{
    private const string Template = "digest";

    /// <summary>A link to leave that belongs to nobody, in the form of a real one.</summary>
    public string UnknownLink => site.Value.Link("/unsubscribe/" + new string('0', 43));

    public async Task<BuiltMessage> BuildAsync(EmailAddress to, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var sample = samples.First(s => s.Template == Template);
        var content = await templates.RenderAsync(Template, sample.Model(site.Value), cancellationToken);
        return await messages.BuildAsync(new MessageParts
        {
            To = to,
            Content = content,
            Date = now,
            Mailed = MailedId.Test(0, now),
            List = new ListHeaders($"Sample <sample.{new Uri(site.Value.Link("/")).Host}>", UnknownLink, null),
        }, cancellationToken);
    }
}
