using System.Text;

namespace Newsroom.Backend.Tests.Stories;

public sealed class FeedsAsTheyAre : IAsyncLifetime
{
    private FeedSite _site = null!;
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await FeedSite.StartAsync();
        _app = await NewsroomApp.ReadingAsync(_site.Feed);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task The_first_story_of_a_new_site_is_news()
    {
        _site.Serves(Rss.Of());
        Assert.Equal("The feed has no items yet: the first one will be news.", (await _app.FetchOneAsync()).GetProperty("warning").GetString());
        _site.Serves(Rss.Stories(1));
        await _app.FetchOneAsync();
        Assert.Equal(["Story 1"], await _app.OfferedAsync());
    }

    [Fact]
    public async Task A_channel_that_is_missing_is_no_first_read()
    {
        _site.Serves("<rss version=\"2.0\"/>");
        Assert.Equal("The feed has no items: nothing was taken in.", await _app.FetchFailingAsync());
        _site.Serves(Rss.Stories(1));
        await _app.FetchOneAsync();
        Assert.Empty(await _app.OfferedAsync());
    }

    [Theory]
    [InlineData("Russia&#8217;s war &#8212; and peace", "Russia’s war — and peace")]
    [InlineData("Russia&amp;#8217;s war", "Russia’s war")]
    [InlineData("<![CDATA[Russia&amp;#8217;s war &amp;amp; peace]]>", "Russia’s war & peace")]
    [InlineData("The &lt;em&gt;Titanic&lt;/em&gt;", "The Titanic")]
    [InlineData("<![CDATA[The <em class=\"x\">Titan</em>ic]]>", "The Titanic")]
    [InlineData("&#160; Two   spaces&nbsp;and\n a line ", "Two spaces and a line")]
    [InlineData("Q&A with AT&T", "Q&A with AT&T")]
    [InlineData("5 &lt; 6 and profits &lt;up", "5 < 6 and profits <up")]
    [InlineData("Emoji 🗳️ and אבג rtl", "Emoji 🗳️ and אבג rtl")]
    [InlineData("Csaba Kőrösi, António Guterres", "Csaba Kőrösi, António Guterres")]
    [InlineData("A&#0;B&#x1F;C\u0007D", "ABCD")]
    public async Task Titles_come_out_as_readers_should_see_them(string xml, string expected)
    {
        _site.Serves(Rss.Of(Rss.Item(1, title: xml)));
        await _app.FetchOneAsync();
        Assert.Equal(expected, Assert.Single(await _app.StoriesAsync()).Title);
    }

    [Fact]
    public async Task Long_and_missing_titles_fit()
    {
        _site.Serves(Rss.Of(Rss.Item(1, title: string.Join(' ', Enumerable.Repeat("wordy", 100))), Rss.Item(2, title: "", description: "The lede stands in.")));
        await _app.FetchOneAsync();
        var titles = (await _app.StoriesAsync()).Select(s => s.Title).ToList();
        Assert.Equal("The lede stands in.", titles[0]);
        Assert.True(titles[1].Length <= 400 && titles[1].EndsWith("wordy…", StringComparison.Ordinal), titles[1]);
    }

    [Theory]
    [InlineData("<p>First.</p><p>Second <a href=\"x\">link</a>.</p>", "First. Second link.")]
    [InlineData("<p>The lede [&hellip;]</p>\n<p>The post <a href=\"x\">Title</a> appeared first on <a href=\"y\">The Test Gazette</a>.</p>", "The lede …")]
    [InlineData("<p>La entradilla.</p><p>La entrada <a href=\"x\">Título</a> se publicó primero en <a href=\"y\">Gaceta</a>.</p>", "La entradilla.")]
    [InlineData("Lede. <a href=\"x\">Continue reading <span>Title</span> &rarr;</a>", "Lede.")]
    [InlineData("<script>alert(1)</script><style>p{}</style><!-- wp:paragraph -->Text", "Text")]
    [InlineData("The post office closed.", "The post office closed.")]
    public async Task Summaries_are_plain_text_without_the_plug_ins_endings(string html, string expected)
    {
        _site.Serves(Rss.Of(Rss.Item(1, description: html)));
        await _app.FetchOneAsync();
        Assert.Equal(expected, Assert.Single(await _app.StoriesAsync()).Summary);
    }

    [Fact]
    public async Task A_full_text_is_cut_at_a_word()
    {
        _site.Serves(Rss.Of(Rss.Item(1, description: "", extra: $"<content:encoded><![CDATA[<p>{string.Join(' ', Enumerable.Repeat("sentence", 500))}</p>]]></content:encoded>")));
        await _app.FetchOneAsync();
        var summary = Assert.Single(await _app.StoriesAsync()).Summary;
        Assert.InRange(summary.Length, 300, 350);
        Assert.EndsWith("sentence…", summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Byline_section_image_and_language_are_taken_when_the_feed_says_them()
    {
        _site.Serves(Rss.Of(Rss.Item(1, extra: """
            <dc:creator>Ben Byline</dc:creator>
            <media:thumbnail url="https://gazette.example.org/small.jpg"/>
            <media:group><media:content url="https://gazette.example.org/film.mp4" medium="video"/><media:content url="/large.jpg" medium="image"/></media:group>
            """), Rss.Item(2, extra: """<dc:language>es-MX</dc:language><enclosure url="https://gazette.example.org/pod.mp3" type="audio/mpeg" length="1"/>""")));
        await _app.FetchOneAsync();
        var stories = await _app.StoriesAsync();
        Assert.Equal(("Ana Autor, Ben Byline", "The World", "https://gazette.example.org/large.jpg", "en-US"),
            (stories[1].Author, stories[1].Section, stories[1].ImageUrl, stories[1].Language));
        Assert.Equal((null, "es-MX"), (stories[0].ImageUrl, stories[0].Language));
    }

    [Fact]
    public async Task Atom_is_read_as_well()
    {
        _site.Serves("""
            <feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="https://gazette.example.org/blog/">
              <title>Gazette</title><link rel="self" href="feed.atom"/><link href="/"/><updated>2026-11-24T09:00:00Z</updated><id>urn:feed</id>
              <author><name>The Desk</name></author>
              <entry><id>tag:gazette.example.org,2026:1</id><title type="html">One &amp;amp; only</title><link rel="alternate" type="text/html" href="one"/>
                <link rel="enclosure" type="image/png" href="one.png"/><published>2026-11-24T09:00:00+02:00</published><summary>Short.</summary><category term="World"/></entry>
              <entry xml:lang="fr"><id>tag:gazette.example.org,2026:2</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Deux <b>mots</b></div></title>
                <link href="https://gazette.example.org/deux"/><updated>2026-11-24T08:00:00Z</updated><author><name>Zoé</name></author>
                <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Le <em>texte</em>.</p></div></content></entry>
            </feed>
            """, "application/atom+xml");
        await _app.FetchOneAsync();
        var stories = await _app.StoriesAsync();
        Assert.Equal(("One & only", "https://gazette.example.org/blog/one", "Short.", "The Desk", "World", "https://gazette.example.org/blog/one.png", "en"),
            (stories[1].Title, stories[1].Link, stories[1].Summary, stories[1].Author, stories[1].Section, stories[1].ImageUrl, stories[1].Language));
        Assert.Equal(new DateTimeOffset(2026, 11, 24, 7, 0, 0, TimeSpan.Zero), stories[1].PublishedAt);
        Assert.Equal(("Deux mots", "Le texte.", "Zoé", "fr"), (stories[0].Title, stories[0].Summary, stories[0].Author, stories[0].Language));
    }

    [Theory]
    [InlineData("Tue, 24 Nov 2026 05:30:00 EST", "2026-11-24T10:30:00Z")]
    [InlineData("Mon, 24 Nov 2026 05:30 -0500", "2026-11-24T10:30:00Z")]
    [InlineData("24 Sept. 26 10:30:00 GMT", "2026-09-24T10:30:00Z")]
    [InlineData("2026-11-24T12:30:00+02:00", "2026-11-24T10:30:00Z")]
    [InlineData("2026-11-24 10:30:00", "2026-11-24T10:30:00Z")]
    [InlineData("32 Nov 2026 10:30:00 GMT", null)]
    [InlineData("0000-00-00", null)]
    public async Task Dates_are_read_in_the_forms_sites_use(string written, string? expected)
    {
        _site.Serves(Rss.Of($"<item><title>Dated</title><link>https://gazette.example.org/d</link><pubDate>{written}</pubDate></item>"));
        await _app.FetchOneAsync();
        var published = Assert.Single(await _app.StoriesAsync()).PublishedAt;
        Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), published);
    }

    [Theory]
    [InlineData("utf-8", "text/xml; charset=iso-8859-1", "iso-8859-1")]
    [InlineData("windows-1252", "text/xml", "windows-1252")]
    [InlineData("windows-1252", "text/xml; charset=windows-1252", "utf-8")]
    [InlineData("iso-8859-2", "text/xml; charset=utf-8", "iso-8859-2")]
    [InlineData("utf-16", "text/xml; charset=utf-8", "utf-16")]
    public async Task Letters_survive_a_wrong_charset(string really, string contentType, string declared)
    {
        var title = really == "iso-8859-2" ? "Kőrösi" : "António “Guterres”";
        var xml = Rss.Of(Rss.Item(1, title: title)).Replace("encoding=\"UTF-8\"", $"encoding=\"{declared}\"", StringComparison.Ordinal);
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(really) ?? Encoding.GetEncoding(really);
        _site.Serves([.. encoding.GetPreamble(), .. encoding.GetBytes(xml)], contentType);
        await _app.FetchOneAsync();
        Assert.Equal(title, Assert.Single(await _app.StoriesAsync()).Title);
    }

    [Fact]
    public async Task Litter_a_doctype_and_undeclared_things_are_no_obstacle()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "stolen", TestContext.Current.CancellationToken);
        _site.Serves($"""


            <br /><b>Warning</b>:  Undefined variable in plugin.php on line 3<br />
            <?xml version="1.0"?>
            <!DOCTYPE rss [<!ENTITY nbsp "&#160;"><!ENTITY file SYSTEM "file://{file}"><!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>
            <rss version="2.0"><channel><title>T</title><link>https://gazette.example.org</link>
            <item><title>Caf&eacute; &file; &lol2; &unknown;</title><link>https://gazette.example.org/?a=1&b=2</link><georss:point>1 2</georss:point><media:thumbnail url="/t.jpg"/></item>
            </channel></rss>
            """);
        await _app.FetchOneAsync();
        File.Delete(file);
        var story = Assert.Single(await _app.StoriesAsync());
        Assert.Equal(("Café &file; &lol2; &unknown;", "https://gazette.example.org/?a=1&b=2", "https://gazette.example.org/t.jpg"), (story.Title, story.Link, story.ImageUrl));
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("ftp://gazette.example.org/x")]
    [InlineData("https://user:password@gazette.example.org/")]
    public async Task A_link_that_is_no_plain_web_address_is_no_story(string link)
    {
        _site.Serves(Rss.Of(Rss.Item(1), $"<item><title>Bad</title><link>{link}</link><guid isPermaLink=\"false\">x</guid></item>"));
        await _app.FetchOneAsync();
        Assert.Equal("Story 1", Assert.Single(await _app.StoriesAsync()).Title);
    }

    [Fact]
    public async Task Protected_and_private_posts_stay_where_they_are()
    {
        _site.Serves(Rss.Of(Rss.Item(1), Rss.Item(2, title: "Protected: Minutes"), Rss.Item(3, title: "Private: Draft"), Rss.Item(4, title: "Protected areas grow")));
        await _app.FetchOneAsync();
        Assert.Equal(["Protected areas grow", "Story 1"], (await _app.StoriesAsync()).Select(s => s.Title));
    }

    [Fact]
    public async Task Links_relative_to_the_site_lead_to_the_site()
    {
        _site.Serves(Rss.Of("<item><title>Relative</title><link>/2026/a/</link></item>", "<item><title>Guid only</title><guid>https://gazette.example.org/b/</guid></item>"));
        await _app.FetchOneAsync();
        Assert.Equal(["https://gazette.example.org/b/", "https://gazette.example.org/2026/a/"], (await _app.StoriesAsync()).Select(s => s.Link));
    }

    [Fact]
    public async Task Plain_numbers_as_guids_belong_to_their_site()
    {
        _site.Serves(Rss.Stories(9));
        await _app.FetchOneAsync();
        _site.Serves(Rss.Of(Rss.Item(1, guid: "1"), Rss.Item(2, guid: "1", link: "https://other.example.org/2")));
        Assert.Equal(2, (await _app.FetchOneAsync()).GetProperty("newStories").GetInt32());
    }
}
