using System.Globalization;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Tests.Web;

public sealed class AnAllowance
{
    private static readonly DateTimeOffset Now = NewsroomApp.Start;
    private static readonly Allowance ThreeThenOneAMinute = new(3, 1, TimeSpan.FromMinutes(1));

    [Fact]
    public void Is_used_up_at_once_and_comes_back_evenly()
    {
        var book = new AllowanceBook(ThreeThenOneAMinute);
        Assert.Equal(3, Taken(book, "a", Now, 10));
        Assert.False(book.Takes("a", Now.AddSeconds(20), out var wait));
        Assert.Equal(TimeSpan.FromSeconds(40), wait);
        Assert.Equal(1, Taken(book, "a", Now.AddMinutes(1), 10));
        Assert.Equal(2, Taken(book, "a", Now.AddMinutes(3), 10));
        Assert.Equal(3, Taken(book, "a", Now.AddDays(1), 10));
        Assert.Equal(3, Taken(book, "b", Now, 10));
    }

    [Fact]
    public void Is_not_used_by_looking_at_it()
    {
        var book = new AllowanceBook(ThreeThenOneAMinute);
        Assert.True(Enumerable.Range(0, 100).All(_ => book.HasLeft("a", Now)));
        Assert.Equal(0, book.Count);
        Assert.Equal(3, Taken(book, "a", Now, 3));
        Assert.False(book.HasLeft("a", Now));
        Assert.True(book.HasLeft("a", Now.AddMinutes(1)));
    }

    [Fact]
    public async Task Is_not_exceeded_by_many_at_once()
    {
        var book = new AllowanceBook(new Allowance(1000, 1, TimeSpan.FromHours(1)));
        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Taken(book, "a", Now, 1000))));
        Assert.Equal(1000, taken.Sum());
    }

    [Fact]
    public void Is_forgotten_when_rested_and_never_fills_the_memory()
    {
        var book = new AllowanceBook(ThreeThenOneAMinute, mostKeys: 10_000);
        Assert.Equal(3, Taken(book, "busy", Now.AddHours(1), 3));
        for (var i = 0; i < 200_000; i++)
        {
            book.Takes(i.ToString(CultureInfo.InvariantCulture), Now.AddHours(1));
            Assert.True(book.Count <= 10_000);
        }
        // Who has used most is remembered longest.
        Assert.False(book.Takes("busy", Now.AddHours(1)));
        for (var i = 0; i < 20_000; i++)
            book.Takes("later" + i.ToString(CultureInfo.InvariantCulture), Now.AddHours(1).AddMinutes(i));
        Assert.InRange(book.Count, 1, 1000);
    }

    [Fact]
    public void Of_a_network_is_its_prefixs_and_a_drained_one_takes_nothing_of_everybodys()
    {
        var limit = new NetworkLimit(ThreeThenOneAMinute, new Allowance(4, 1, TimeSpan.FromMinutes(1)), new FakeTimeProvider(Now));
        for (var i = 0; i < 10; i++)
            Assert.Equal(i < 3, limit.Allows(new IPAddress([203, 0, 113, (byte)i]), out _));
        Assert.True(limit.Allows(IPAddress.Parse("2001:db8:1:2::1"), out _));
        Assert.False(limit.Allows(IPAddress.Parse("2001:db8:1:3::1"), out var wait));
        Assert.Equal("60", NetworkLimit.Seconds(wait));
    }

    private static int Taken(AllowanceBook book, string key, DateTimeOffset now, int tries) => Enumerable.Range(0, tries).Count(_ => book.Takes(key, now));
}
