using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Subscribers;

/// <summary>The evidence is worth something because nobody can change it unseen.</summary>
public sealed class AChainOfConsents
{
    private static readonly Newsletter[] Newsletters =
        [new() { Slug = "this-week", Name = "This Week", CreatedAt = NewsroomApp.Start }, new() { Slug = "breaking", Name = "Breaking", CreatedAt = NewsroomApp.Start }];

    private readonly Subscriber _reader = new() { Address = "ada@example.org", AddressKey = "ada@example.org", CreatedAt = NewsroomApp.Start };
    private readonly List<Consent> _chain = [];

    public AChainOfConsents()
    {
        Append(ConsentEvent.Requested, ConsentWording.SignUp);
        Append(ConsentEvent.Confirmed, ConsentWording.Confirm);
        Append(ConsentEvent.Withdrawn, ConsentWording.Leave);
        Append(ConsentEvent.Requested, ConsentWording.SignUp);
        Append(ConsentEvent.Confirmed, ConsentWording.Confirm);
    }

    public static TheoryData<string> Fields =>
    [
        nameof(Consent.Event), nameof(Consent.Newsletters), nameof(Consent.Wording), nameof(Consent.WordingVersion), nameof(Consent.Method), nameof(Consent.Source),
        nameof(Consent.Page), nameof(Consent.At), nameof(Consent.Sequence), nameof(Consent.PreviousHash), nameof(Consent.Hash),
    ];

    [Fact]
    public void Is_intact_as_it_was_written() => Assert.Equal(ChainVerdict.Intact, ConsentChain.Verify(_reader, _chain));

    [Theory, MemberData(nameof(Fields))]
    public void Shows_a_change_of_any_field_of_any_row(string field)
    {
        for (var row = 0; row < _chain.Count; row++)
        {
            var changed = _chain.ToList();
            changed[row] = With(_chain[row], field);
            Assert.Equal(ChainState.BrokenAt, ConsentChain.Verify(_reader, changed).State);
        }
    }

    [Fact]
    public void Shows_a_row_taken_out_put_in_or_moved()
    {
        for (var row = 0; row < _chain.Count - 1; row++)
        {
            var without = _chain.Where((_, i) => i != row).ToList();
            Assert.Equal(new(ChainState.BrokenAt, row + 1), ConsentChain.Verify(_reader, without));
            var moved = _chain.ToList();
            (moved[row], moved[row + 1]) = (moved[row + 1], moved[row]);
            Assert.Equal(new(ChainState.BrokenAt, row + 1), ConsentChain.Verify(_reader, moved));
        }
        for (var row = 0; row <= _chain.Count; row++)
        {
            var more = _chain.ToList();
            more.Insert(row, With(_chain[0], nameof(Consent.At)));
            Assert.Equal(ChainState.BrokenAt, ConsentChain.Verify(_reader, more).State);
            more[row] = Set(With(_chain[0], nameof(Consent.At)), nameof(Consent.Sequence), 0);
            if (row > 0)
                Assert.Equal(ChainState.BrokenAt, ConsentChain.Verify(_reader, more).State);
        }
    }

    [Fact]
    public void Shows_rows_cut_off_at_the_end()
    {
        for (var left = 0; left < _chain.Count; left++)
            Assert.Equal(new(ChainState.CutOff, left + 1), ConsentChain.Verify(_reader, _chain[..left]));
    }

    [Fact]
    public void Belongs_to_one_reader()
    {
        var other = new Subscriber { Address = "bob@example.org", AddressKey = "bob@example.org", CreatedAt = NewsroomApp.Start };
        foreach (var _ in _chain)
            Consent.Append(other, ConsentEvent.Requested, Newsletters, ConsentWording.SignUp, ConsentMethod.Form, new ConsentPlace(), NewsroomApp.Start);
        Assert.Equal(new(ChainState.BrokenAt, 1), ConsentChain.Verify(other, _chain));
    }

    [Fact]
    public void Begins_behind_rows_from_before_there_was_one()
    {
        var old = new Consent
        {
            Event = ConsentEvent.Requested,
            Newsletters = "this-week",
            Wording = "Yes.",
            WordingVersion = "old",
            Method = ConsentMethod.Form,
            At = NewsroomApp.Start.AddYears(-1),
        };
        Assert.Equal(ChainVerdict.Intact, ConsentChain.Verify(_reader, [old, .. _chain]));
    }

    [Fact]
    public void Is_not_told_by_the_network_which_is_forgotten()
    {
        var forgotten = _chain.ConvertAll(c => Set(Copy(c), nameof(Consent.NetworkHash), null));
        Assert.Equal(ChainVerdict.Intact, ConsentChain.Verify(_reader, forgotten));
    }

    private void Append(ConsentEvent what, ConsentWording wording) => _chain.Add(Consent.Append(
        _reader, what, Newsletters, wording, ConsentMethod.Form, new ConsentPlace("footer", "https://www.example.org/a", "network"), NewsroomApp.Start.AddHours(_chain.Count)));

    private static Consent With(Consent consent, string field)
    {
        var copy = Copy(consent);
        return Set(copy, field, typeof(Consent).GetProperty(field)!.GetValue(copy) switch
        {
            ConsentEvent what => what == ConsentEvent.Confirmed ? ConsentEvent.Withdrawn : ConsentEvent.Confirmed,
            DateTimeOffset at => at.AddTicks(1),
            int number => number + 1,
            string text => text + "x",
            var other => throw new NotSupportedException($"{other}"),
        });
    }

    private static Consent Copy(Consent consent) =>
        (Consent)typeof(object).GetMethod("MemberwiseClone", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(consent, null)!;

    private static Consent Set(Consent consent, string field, object? value)
    {
        typeof(Consent).GetProperty(field)!.SetValue(consent, value);
        return consent;
    }
}

public sealed class TheEvidenceOfAConsent : IAsyncLifetime
{
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync();
        await _app.SubscribeAsync("ada@example.org");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Is_shown_to_staff_with_its_hashes_and_the_verdict()
    {
        await _app.PostFormAsync(await _app.LeaveLinkAsync("ada@example.org", "this-week"), ("from", "page"));
        var shown = (await _app.SubscriberAsync("ada@example.org"))!;
        Assert.Equal("intact", (string?)shown["consentChain"]!["state"]);
        var consents = shown["consents"]!.AsArray();
        Assert.Equal([1, 2, 3], consents.Select(c => (int)c!["sequence"]!));
        Assert.All(consents, c => Assert.Equal(64, ((string)c!["hash"]!).Length));
        Assert.All(consents.Skip(1), c => Assert.Equal(64, ((string)c!["networkHash"]!).Length));
        Assert.Equal((string?)consents[0]!["hash"], (string?)consents[1]!["previousHash"]);
    }

    [Fact]
    public async Task Has_no_link_of_a_mail_in_it_whatever_the_browser_sends()
    {
        var link = await _app.LeaveLinkAsync("ada@example.org", "this-week");
        using var request = new HttpRequestMessage(HttpMethod.Post, link) { Content = new FormUrlEncodedContent([KeyValuePair.Create("from", "page")]) };
        request.Headers.Referrer = new Uri(new Uri(NewsroomApp.PublicUrl), link);
        await _app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Null((string?)(await _app.SubscriberAsync("ada@example.org"))!["consents"]!.AsArray()[^1]!["page"]);
    }

    [Fact]
    public async Task That_somebody_changed_in_the_database_is_seen()
    {
        Assert.Equal(ChainVerdict.Intact, await _app.ConsentChainAsync("ada@example.org"));
        await _app.ReadAsync(db => db.Consents.Where(c => c.Sequence == 2).ExecuteUpdateAsync(s => s.SetProperty(c => c.Newsletters, "breaking")));
        Assert.Equal(new(ChainState.BrokenAt, 2), await _app.ConsentChainAsync("ada@example.org"));
        Assert.Equal("brokenAt", (string?)(await _app.SubscriberAsync("ada@example.org"))!["consentChain"]!["state"]);
        await _app.ReadAsync(db => db.Consents.Where(c => c.Sequence == 2).ExecuteDeleteAsync());
        Assert.Equal(new(ChainState.CutOff, 2), await _app.ConsentChainAsync("ada@example.org"));
    }
}
