using System.CommandLine;
using Newsroom.Backend.Newsletters;

namespace Newsroom.Backend.Cli;

internal static class NewsletterVerbs
{
    public static Command Create(VerbHost host) => new("newsletters", "Looks after the newsletters.") { Add(host) };

    private static Command Add(VerbHost host)
    {
        var slug = new Argument<string>("SLUG") { Description = "Its name in addresses, for example this-week." };
        var name = new Argument<string>("NAME") { Description = "The name readers know it by." };
        var command = new Command("add", "Makes a newsletter. Its cadence is set on its staff page, or by API when it is made there.") { slug, name };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(
            async services => await services.GetRequiredService<AddNewsletter>()
                    .RunAsync(parsed.GetRequiredValue(slug), new NewsletterText(parsed.GetRequiredValue(name)), cancellationToken) switch
                {
                    AddNewsletterOutcome.Added added => Print(added.Newsletter),
                    AddNewsletterOutcome.Invalid invalid => VerbHost.Fail(invalid.Fault.WhatToDo, VerbHost.Misused),
                    AddNewsletterOutcome.SlugTaken taken => VerbHost.Fail($"There is a newsletter '{taken.Slug}' already."),
                    var other => throw new InvalidOperationException($"Unknown outcome {other}."),
                },
            cancellationToken));
        return command;
    }

    private static int Print(Newsletter newsletter)
    {
        Console.WriteLine($"Added '{newsletter.Name}' as {newsletter.Slug}.");
        return VerbHost.Done;
    }
}
