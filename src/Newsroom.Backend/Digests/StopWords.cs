using System.Globalization;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Stories;

namespace Newsroom.Backend.Digests;

/// <summary>What staff read of a digest that its slice or the minutely watch stops or holds up: what happened, what to do, and the server's own words.</summary>
internal static class StopWords
{
    public static string HeldUp(HandOver answer) => With(answer, "The mail server does not take mail now; tried again every minute");

    public static string SignIn(HandOver answer) => With(answer,
        "The mail server refuses the sign-in. Put the relay's UserName and Password right (Mail:Smtp, Mail:Relays) and start the program anew, "
        + "then resume this digest or cancel it");

    public static string Unanswered(int count, HandOver answer) => With(answer,
        $"The mail server broke off {count} times after it had a whole message, and confirmed none: these readers may have this digest or not. "
        + "Ask who runs it what became of them, then settle the uncertain and resume this digest, or cancel it");

    public static string RefusedUs(int count, HandOver answer) => With(answer,
        $"The mail server refused {count} messages without taking one for a reason of ours, not the readers'. Mend it and resume this digest, or cancel it");

    public static string RefusedContent(int count, HandOver answer) => With(answer,
        $"{count} readers' mail servers refused this digest for what is in it, without one taking it. "
        + "Cancel it and send it anew without what they object to, or resume it");

    public static string RefusedAll(int count, HandOver answer) => With(answer,
        $"The mail server refused the first {count} readers with the same words and took nobody, so it is the newsroom that it refuses. "
        + "Ask who runs it, then resume this digest or cancel it");

    public static string Refused(int refused, int tried) =>
        $"{refused} of the first {tried} readers ({Percent(refused, tried)}) were refused, too many for a list in order. "
        + "Look at the failures, then resume this digest or cancel it.";

    public static string Bounced(int hard, int accepted) =>
        $"{hard} of {accepted} accepted mails ({Percent(hard, accepted)}) came back for good, too many for a list in order. "
        + "Find out where these readers came from, then resume this digest or cancel it.";

    public static string Complained(int complaints, int accepted) =>
        $"{complaints} of {accepted} readers ({Percent(complaints, accepted)}) called this digest spam; mailbox providers shut out a sender for that. "
        + "Find out who did not ask for it, then resume this digest or cancel it.";

    private static string With(HandOver answer, string sentence)
    {
        var said = string.Join(' ', new[] { answer.Code?.ToString(CultureInfo.InvariantCulture), answer.Words }.Where(w => w is not null));
        return PlainText.Cut($"{sentence}: {said}", Digest.ReasonLength);
    }

    private static string Percent(int part, int whole) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / whole:0.##} %");
}
