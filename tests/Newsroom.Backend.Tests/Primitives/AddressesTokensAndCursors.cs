using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Tests.Primitives;

public sealed class Addresses
{
    [Theory]
    [InlineData("ana@example.org", "ana@example.org")]
    [InlineData("  Ana.Maria+News@Example.ORG ", "Ana.Maria+News@example.org")]
    [InlineData("o'brien@example.co.uk", "o'brien@example.co.uk")]
    [InlineData("ana@müller.example", "ana@xn--mller-kva.example")]
    [InlineData("josé@example.org", "josé@example.org")]
    [InlineData("jose\u0301@example.org", "josé@example.org")]
    [InlineData("a@xn--mller-kva.example", "a@xn--mller-kva.example")]
    [InlineData("ana@MÜLLER。example", "ana@xn--mller-kva.example")]
    public void What_people_have_is_taken(string typed, string expected)
    {
        Assert.True(EmailAddress.TryParse(typed, out var address));
        Assert.Equal(expected, address.Value);
    }

    [Theory]
    [InlineData("\u00A0ana@example.org\u00A0")]
    [InlineData("\u200Bana@example.org\uFEFF")]
    [InlineData("\u202Aana@example.org\u202C")]
    [InlineData("\tana@example.org\r\n")]
    [InlineData("mailto:ana@example.org")]
    [InlineData("MAILTO: ana@example.org")]
    [InlineData("<ana@example.org>")]
    [InlineData("<mailto:ana@example.org>,")]
    [InlineData("ana@example.org.")]
    [InlineData("ana@example.org, ")]
    [InlineData("ana@example.org;")]
    public void What_pasting_brings_along_is_taken_off(string pasted) => Assert.Equal("ana@example.org", EmailAddress.Parse(pasted).Value);

    [Theory]
    [InlineData(null)]
    [InlineData("<ana@example.org")]
    [InlineData("ana@example.org>")]
    [InlineData("mailto:ana@example.org?subject=x")]
    [InlineData("an\u200Ba@example.org")]
    [InlineData("ana@exam\u00A0ple.org")]
    [InlineData("")]
    [InlineData("ana")]
    [InlineData("ana@")]
    [InlineData("@example.org")]
    [InlineData("ana@localhost")]
    [InlineData("ana@@example.org")]
    [InlineData("ana@example..org")]
    [InlineData(".ana@example.org")]
    [InlineData("ana.@example.org")]
    [InlineData("a..b@example.org")]
    [InlineData("ana maria@example.org")]
    [InlineData("ana@exa mple.org")]
    [InlineData("ana@[127.0.0.1]")]
    [InlineData("ana@127.0.0.1")]
    [InlineData("\"ana\"@example.org")]
    [InlineData("Ana <ana@example.org>")]
    [InlineData("ana@example.org,bob@example.org")]
    [InlineData("ana@example.org\r\nBcc: bob@example.org")]
    [InlineData("ana\r\n@example.org")]
    [InlineData("ana\0@example.org")]
    [InlineData("ana\u202E@example.org")]
    [InlineData("ana@-example.org")]
    [InlineData("ana(comment)@example.org")]
    [InlineData("\uD800@example.org")]
    [InlineData("ana@\uD800.org")]
    public void What_is_no_mailbox_is_refused(string? typed) => Assert.False(EmailAddress.TryParse(typed, out _));

    [Fact]
    public void Lengths_are_those_of_the_standard()
    {
        Assert.True(EmailAddress.TryParse(new string('a', 64) + "@example.org", out _));
        Assert.False(EmailAddress.TryParse(new string('a', 65) + "@example.org", out _));
        Assert.False(EmailAddress.TryParse(new string('é', 33) + "@example.org", out _));
        var domain = string.Join('.', Enumerable.Repeat(new string('d', 61), 4));
        Assert.False(EmailAddress.TryParse("abcdefgh@" + domain, out _));
        Assert.True(EmailAddress.TryParse("abcdef@" + domain, out _));
        Assert.False(EmailAddress.TryParse("ana@" + new string('d', 64) + ".org", out _));
        // 254 octets in all, counted as they are sent: the local part in UTF-8, the domain as A-labels.
        Assert.True(EmailAddress.TryParse("éécd@" + domain, out _));
        Assert.False(EmailAddress.TryParse("éécdefg@" + domain, out _));
        Assert.False(EmailAddress.TryParse($"ana@{new string('ü', 59)}.example", out _));
    }

    [Property(MaxTest = 1000)]
    public void Any_text_is_an_address_that_can_be_mailed_or_none(string? typed) => Check(typed);

    [Property(MaxTest = 1000)]
    public Property So_is_text_that_looks_like_one() =>
        Prop.ForAll(Gen.Elements("aB9.-_+@ é\u0301ß@\"<>,;:\r\n\0\u200D\uD83D\uDE00".ToCharArray()).ArrayOf().Select(c => new string(c)).ToArbitrary(), local =>
        {
            Check(local + "@example.org");
            Check("ana@" + local + ".org");
        });

    [Property]
    public void Case_makes_no_second_mailbox_and_no_log_shows_one(NonEmptyString name)
    {
        if (!EmailAddress.TryParse($"{name.Get}@Example.org", out var address))
            return;
        Assert.True(EmailAddress.TryParse(address.Key, out var again));
        Assert.Equal(address.Key, again.Key);
        Assert.True(address.ToString().Length - "***@example.org".Length <= 2);
        Assert.Equal(address.Masked, address.ToString());
    }

    private static void Check(string? typed)
    {
        if (!EmailAddress.TryParse(typed, out var address))
            return;
        Assert.True(Encoding.UTF8.GetByteCount(address.Value) <= 254);
        Assert.Matches("^[a-z0-9.-]+$", address.Domain);
        Assert.DoesNotContain(address.Value, c => char.IsControl(c) || char.IsWhiteSpace(c));
        Assert.True(address.Value.IsNormalized());
        Assert.Equal(1, address.Value.Count(c => c == '@'));
        // What was taken is taken again, unchanged: an import of an export is the same list.
        Assert.Equal(address, EmailAddress.Parse(address.Value));
        Assert.Equal(address.Key, EmailAddress.Parse(address.Key).Key);
    }
}

public sealed class Tokens
{
    [Fact]
    public void Are_long_safe_in_links_and_all_different()
    {
        var tokens = Enumerable.Range(0, 1000).Select(_ => SecretToken.New()).ToList();
        Assert.Equal(1000, tokens.Select(t => t.Text).Distinct().Count());
        Assert.All(tokens, t => Assert.Matches("^[A-Za-z0-9_-]{43}$", t.Text));
        Assert.All(tokens, t => Assert.Equal(t.Hash, SecretToken.HashOf(t.Text)));
        Assert.All(tokens, t => Assert.Equal("***", t.ToString()));
    }

    [Property]
    public void Are_the_same_for_one_purpose_and_subject_and_for_no_other(NonEmptyString purpose, NonEmptyString subject, NonEmptyString other)
    {
        byte[] key = [1, 2, 3];
        var token = SecretToken.Derive(key, "leave", subject.Get);
        Assert.Equal(token, SecretToken.Derive(key, "leave", subject.Get));
        Assert.NotEqual(token, SecretToken.Derive([1, 2, 4], "leave", subject.Get));
        if (subject.Get != other.Get)
            Assert.NotEqual(token.Text, SecretToken.Derive(key, "leave", other.Get).Text);
        if (purpose.Get != "leave")
            Assert.NotEqual(token.Text, SecretToken.Derive(key, purpose.Get, subject.Get).Text);
    }

    [Fact]
    public void Purpose_and_subject_do_not_run_into_each_other()
    {
        Assert.NotEqual(SecretToken.Derive([1], "a", "b\nc").Text, SecretToken.Derive([1], "a\nb", "c").Text);
    }

    [Property(MaxTest = 500)]
    public void Any_text_has_a_hash_to_look_up_or_none(string? text)
    {
        var hash = SecretToken.HashOf(text);
        Assert.Equal(text is { Length: > 0 and <= 128 }, hash is not null);
        Assert.True(hash is null || hash.Length == SecretToken.HashLength);
    }
}

public sealed class Cursors
{
    [Property(MaxTest = 500)]
    public void Come_back_as_the_key_they_were_made_of(long key)
    {
        var positive = key & long.MaxValue;
        Assert.True(Cursor.TryDecode(Cursor.Encode(positive), out var decoded));
        Assert.Equal(positive, decoded);
    }

    [Property(MaxTest = 1000)]
    public void Any_other_text_is_refused(string? text)
    {
        if (Cursor.TryDecode(text, out var key))
            Assert.True(string.IsNullOrEmpty(text) ? key is null : Cursor.Encode(key!.Value) == text);
    }

    [Property(MaxTest = 1000)]
    public Property So_is_text_that_looks_like_one() =>
        Prop.ForAll(Gen.Elements("ABab01_-+/= é".ToCharArray()).ArrayOf(11).Select(c => new string(c)).ToArbitrary(),
            text => !Cursor.TryDecode(text, out var key) || (key >= 0 && Cursor.Encode(key!.Value) == text));
}

public sealed class SlipsOfTheFingers
{
    [Theory]
    [InlineData("gmial.com", "gmail.com")]
    [InlineData("gmail.con", "gmail.com")]
    [InlineData("gmail.co", "gmail.com")]
    [InlineData("gmal.con", "gmail.com")]
    [InlineData("gnail.com", "gmail.com")]
    [InlineData("hotmial.con", "hotmail.com")]
    [InlineData("outlok.co", "outlook.com")]
    [InlineData("yahho.com", "yahoo.com")]
    [InlineData("iclod.com", "icloud.com")]
    public void Are_seen(string typed, string meant) => Assert.Equal(meant, DomainTypo.MeantBy(typed));

    [Theory]
    [InlineData("example.org")]
    [InlineData("email.com")]
    [InlineData("mail.com")]
    [InlineData("ymail.com")]
    [InlineData("cloud.com")]
    [InlineData("gmx.com")]
    [InlineData("gmx.de")]
    [InlineData("aol.com")]
    [InlineData("me.com")]
    [InlineData("live.com")]
    [InlineData("proton.me")]
    [InlineData("protonmail.ch")]
    [InlineData("yahoo.ca")]
    [InlineData("yahoo.de")]
    [InlineData("yahoo.co.jp")]
    [InlineData("yahoo.co.in")]
    [InlineData("yahoo.com.br")]
    [InlineData("hotmail.fr")]
    [InlineData("outlook.de")]
    [InlineData("fastmail.com")]
    [InlineData("comcast.com")]
    public void Are_not_seen_in_what_people_have(string domain) => Assert.Null(DomainTypo.MeantBy(domain));

    [Property(MaxTest = 1000)]
    public Property Any_single_one_in_a_common_domain_is_seen_or_makes_a_known_one() =>
        Prop.ForAll(Gen.Elements(DomainTypo.Common.ToArray()).SelectMany(d => Gen.Choose(0, d.Length - 2).SelectMany(at => Gen.Elements("abcxyz".ToCharArray()).SelectMany(c => Gen.Choose(0, 3).Select(kind => Slip(d, at, c, kind))))).ToArbitrary(),
            slip => DomainTypo.MeantBy(slip.Slipped) is { } meant
                ? DomainTypo.Distance(slip.Slipped, meant) <= DomainTypo.Distance(slip.Slipped, slip.Domain)
                : DomainTypo.Common.Concat(DomainTypo.Others).Contains(slip.Slipped));

    [Property(MaxTest = 1000)]
    public void Only_common_domains_are_suggested_for_any_address(string? typed)
    {
        if (DomainTypo.MeantByAddress(typed) is { } meant)
            Assert.Contains(meant, DomainTypo.Common);
    }

    [Property(MaxTest = 300)]
    public void The_distance_is_one(NonNull<string> one, NonNull<string> other)
    {
        var distance = DomainTypo.Distance(one.Get, other.Get);
        Assert.Equal(distance, DomainTypo.Distance(other.Get, one.Get));
        Assert.Equal(one.Get == other.Get, distance == 0);
        Assert.InRange(distance, Math.Abs(one.Get.Length - other.Get.Length), Math.Max(one.Get.Length, other.Get.Length));
    }

    private static (string Domain, string Slipped) Slip(string domain, int at, char letter, int kind) => (domain, kind switch
    {
        0 => domain.Remove(at, 1),
        1 => domain.Insert(at, letter.ToString()),
        2 => domain[..at] + letter + domain[(at + 1)..],
        _ => domain[..at] + domain[at + 1] + domain[at] + domain[(at + 2)..],
    });
}
