using FsCheck.Xunit;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Tests;

/// <summary>The mark that a mail carries so that what comes back about it finds its row.</summary>
public sealed class AMailsMark(RunningNewsroom newsroom) : IClassFixture<RunningNewsroom>
{
    private readonly NewsroomApp _app = newsroom.App;

    [Property(MaxTest = 200)]
    public async Task Names_its_mail_in_letters_whose_case_does_not_matter(int digest, uint recipient, bool single)
    {
        var mailed = single ? MailedId.Single(recipient) : MailedId.Digest(digest, recipient + ((long)recipient << 15));
        var mark = await _app.MarkAsync(mailed);
        Assert.Equal(MailMarks.Length, mark.Length);
        Assert.All(mark, c => Assert.Contains(c, "abcdefghijklmnopqrstuvwxyz234567"));
        Assert.Equal(mailed, await _app.ReadMarkAsync(mark.ToUpperInvariant()));
    }

    [Fact]
    public async Task Is_worth_nothing_with_any_letter_changed()
    {
        var mark = await _app.MarkAsync(MailedId.Digest(7, 4711));
        for (var i = 0; i < mark.Length; i++)
        {
            foreach (var letter in "abcdefghijklmnopqrstuvwxyz234567".Where(l => l != mark[i]))
                Assert.Null(await _app.ReadMarkAsync($"{mark[..i]}{letter}{mark[(i + 1)..]}"));
        }
        Assert.Null(await _app.ReadMarkAsync(mark[..^1]));
        Assert.Null(await _app.ReadMarkAsync(mark + "a"));
        Assert.Null(await _app.ReadMarkAsync(""));
    }
}
