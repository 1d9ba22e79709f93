namespace Newsroom.Backend.Mail.Bounces;

/// <summary>Finds marks of ours (<see cref="MailMarks"/>) in texts that came back.</summary>
public sealed class ReportedMarks(MailMarks marks)
{
    // A report is somebody else's text: what cannot be found in this many tries is not there.
    private const int MostTries = 50;

    /// <returns>The first genuine one; null when there is none.</returns>
    public async ValueTask<MailedId?> FindAsync(IEnumerable<string> texts, CancellationToken cancellationToken)
    {
        foreach (var candidate in texts.SelectMany(Candidates).Distinct(StringComparer.OrdinalIgnoreCase).Take(MostTries))
        {
            if (await marks.ReadAsync(candidate, cancellationToken) is { } mailed)
                return mailed;
        }
        return null;
    }

    /// <summary>Runs of letters and digits of just a mark's length: in a Message-ID it stands between &lt; and @, in a return path between + and @.</summary>
    private static IEnumerable<string> Candidates(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && char.IsAsciiLetterOrDigit(text[end]))
                end++;
            if (end - start == MailMarks.Length)
                yield return text[start..end];
            start = end + 1;
        }
    }
}
