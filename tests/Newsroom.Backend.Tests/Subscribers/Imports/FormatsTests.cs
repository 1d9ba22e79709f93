using System.Text;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Subscribers.Imports;

namespace Newsroom.Backend.Tests.Subscribers.Imports;

public sealed class AListFromElsewhere(AListFromElsewhere.Room room) : IClassFixture<AListFromElsewhere.Room>
{
    private const string Mailchimp = "\"Email Address\",\"First Name\",\"Last Name\",MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,";

    private NewsroomApp App => room.App;

    public sealed class Room : IAsyncLifetime
    {
        public NewsroomApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            App = await NewsroomApp.StartAsync();
            await App.AddNewsletterAsync();
        }

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }

    [Fact]
    public async Task Of_mailchimps_subscribed_keeps_names_and_the_time_of_consent()
    {
        var report = await App.ImportAsync(Mailchimp + "LAST_CHANGED,LEID,EUID,NOTES,TAGS\n"
            + "mc1@example.org,Maya,White,2,\"2016-04-17 13:51:14\",,\"2016-04-18 13:51:14\",77.0.0.1,,,,,,,,\"2016-04-18 14:00:32\",55331253,89501affba,,\"\"\"vip\"\"\"\n");
        Assert.Equal(("Mailchimp", 1, 1), (report.Format, report.Counts.New, report.Counts.Rows));
        Assert.Equal(["Email Address"], report.Columns[ImportField.Email]);
        var reader = await App.SubscriberAsync("mc1@example.org");
        Assert.Equal("Maya White", (string?)reader!["name"]);
        Assert.Equal("confirmed", (string?)reader["status"]);
        var consent = Assert.Single(reader["consents"]!.AsArray())!;
        Assert.Equal("confirmed", (string?)consent["event"]);
        Assert.Equal("import", (string?)consent["method"]);
        Assert.Equal("import", (string?)consent["wordingVersion"]);
        Assert.Equal(NewsroomApp.Declared, (string?)consent["wording"]);
        Assert.Equal($"{report.Id} list.csv", (string?)consent["source"]);
        Assert.Equal(new DateTimeOffset(2016, 4, 18, 13, 51, 14, TimeSpan.Zero), (DateTimeOffset)consent["at"]!);
    }

    [Fact]
    public async Task Of_mailchimps_unsubscribed_and_cleaned_protects_people_from_the_next_file()
    {
        var left = await App.ImportAsync(Mailchimp + "UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,LEID,EUID,NOTES,TAGS\n"
            + "mcleft@example.org,A,B,2,,,,,,,,,,,,\"2020-01-02 03:04:05\",Spring,12,NORMAL,,1,a,,\n"
            + "mcleft2@example.org,A,B,2,,,,,,,,,,,,,,,,,2,b,,\n", "unsubscribed_members_export.csv");
        var cleaned = await App.ImportAsync(Mailchimp + "CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,LEID,EUID,NOTES,TAGS\n"
            + "mcbounced@example.org,A,B,2,,,,,,,,,,,,\"2020-01-02 03:04:05\",Spring,12,3,c,,\n", "cleaned_members_export.csv");
        Assert.Equal((2, 1), (left.Counts.LeftBefore, cleaned.Counts.Suppressed));
        var later = await App.ImportAsync("email\nmcleft@example.org\nMCLEFT2@example.org\nmcbounced@example.org\n");
        Assert.Equal((0, 2, 1), (later.Counts.New, later.Counts.LeftBefore, later.Counts.Suppressed));
        Assert.Equal("Left this newsletter on 2020-01-02.", later.Samples[0].Reason);
        Assert.Equal("", await App.ActiveAsync("mcleft@example.org"));
        Assert.Equal("left", await App.StatusAsync("mcleft@example.org"));
    }

    [Fact]
    public async Task Of_mailchimps_contacts_who_never_subscribed_is_refused()
    {
        var outcome = await App.ImportBytesAsync(Encoding.UTF8.GetBytes(Mailchimp + "LAST_CHANGED,LEID,EUID\nx@example.org,,,,,,,,,,,,,,,,1,a\n"), "nonsubscribed_members_export.csv");
        Assert.Contains("never subscribed", Assert.IsType<ImportOutcome.Unreadable>(outcome).WhatToDo, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_listmonk_is_read_with_its_own_kind_of_instants()
    {
        var report = await App.ImportAsync("uuid,email,name,attributes,status,created_at,updated_at\n"
            + "u1,lm1@example.org,Lena,\"{\"\"city\"\": \"\"Kiel\"\"}\",enabled,2021-05-01 12:00:00.123456 +0000 UTC,2021-05-01 12:00:00 +0000 UTC\n"
            + "u2,lm2@example.org,Otto,{},disabled,2021-05-01 12:00:00 +0000 UTC,2021-05-01 12:00:00 +0000 UTC\n"
            + "u3,lm3@example.org,Ida,{},blocklisted,2021-05-01 12:00:00 +0000 UTC,2021-05-01 12:00:00 +0000 UTC\n");
        Assert.Equal(("listmonk", 1, 1, 1), (report.Format, report.Counts.New, report.Counts.LeftBefore, report.Counts.Suppressed));
        Assert.NotNull(report.Note);
        Assert.Equal(2021, ((DateTimeOffset)(await App.SubscriberAsync("lm1@example.org"))!["consents"]![0]!["at"]!).Year);
    }

    [Fact]
    public async Task Of_ghost_leaves_out_who_is_not_subscribed_to_emails()
    {
        var report = await App.ImportAsync("id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers\r\n"
            + "1,gh1@example.org,Sam Memberino,\"Early,\nsupporter\",true,,,2019-10-30T14:52:08.000Z,,\"vip,promotion\",\r\n"
            + "2,gh2@example.org,Ann,,false,,,2019-10-30T14:52:08.000Z,,,\r\n");
        Assert.Equal(("Ghost", 1, 1), (report.Format, report.Counts.New, report.Counts.LeftBefore));
        Assert.Equal(4, report.Samples[0].Line);
    }

    [Fact]
    public async Task Of_mailpoet_counts_the_worse_of_its_two_states_and_knows_its_quotes()
    {
        var report = await App.ImportAsync("\uFEFF\"Email\",\"First name\",\"Last name\",\"Subscription time\",\"Confirmation time\",\"List status\",\"Global status\",\"List\"\n"
            + "\"mp1@example.org\",\"Joe \\\"Bob\\\"\",\"O, Hara\",\"2020-01-01 10:00:00\",\"2020-01-01 10:05:00\",\"subscribed\",\"subscribed\",\"News\"\n"
            + "\"mp2@example.org\",\"A\",\"B\",\"\",\"\",\"unsubscribed\",\"subscribed\",\"News\"\n"
            + "\"mp3@example.org\",\"A\",\"B\",\"\",\"\",\"subscribed\",\"unconfirmed\",\"News\"\n"
            + "\"mp4@example.org\",\"A\",\"B\",\"\",\"\",\"subscribed\",\"bounced\",\"News\"\n"
            + "\"mp1@example.org\",\"Joe\",\"O, Hara\",\"\",\"\",\"unsubscribed\",\"subscribed\",\"Other\"\n");
        Assert.Equal(("MailPoet", 1, 2, 1, 1), (report.Format, report.Counts.New, report.Counts.LeftBefore, report.Counts.NoConsent, report.Counts.Suppressed));
        Assert.Equal("Joe \"Bob\" O, Hara", (string?)(await App.SubscriberAsync("mp1@example.org"))!["name"]);
        Assert.Equal("", await App.ActiveAsync("mp1@example.org"));
        Assert.Null(await App.SubscriberAsync("mp3@example.org"));
    }

    [Fact]
    public async Task Of_any_other_kind_is_read_by_the_columns_staff_name()
    {
        var report = await App.ImportAsync("Adresse;Voller Name;Seit;Zustand\nmap1@example.org;Jörg;2022-02-03;aktiv\nmap2@example.org;Uta;2022-02-03;unsubscribed\n", "list.csv", false,
            new(ImportField.Email, "adresse"), new(ImportField.Name, "Voller Name"), new(ImportField.ConsentedAt, "Seit"), new(ImportField.Status, "Zustand"));
        Assert.Equal((0, 1, 1), (report.Counts.New, report.Counts.LeftBefore, report.Counts.Bad));
        Assert.Contains("'aktiv'", report.Samples.Single(s => s.Verdict == RowVerdict.Bad).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-8", false, "UTF-8")]
    [InlineData("utf-8", true, "UTF-8")]
    [InlineData("utf-16", true, "UTF-16")]
    [InlineData("utf-16", false, "UTF-16")]
    [InlineData("utf-16BE", true, "UTF-16BE")]
    [InlineData("windows-1252", false, "Windows-1252")]
    public async Task In_any_encoding_keeps_its_letters(string encoding, bool mark, string says)
    {
        var code = CodePagesEncodingProvider.Instance.GetEncoding(encoding) ?? Encoding.GetEncoding(encoding);
        var email = $"enc{Math.Abs(HashCode.Combine(encoding, mark))}@example.org";
        byte[] bytes = [.. mark ? code.GetPreamble() : [], .. code.GetBytes($"email,name\n{email},Zoë Müller – Ærø\n")];
        var report = Assert.IsType<ImportOutcome.Done>(await App.ImportBytesAsync(bytes)).Report;
        Assert.Equal((says, 1), (report.Encoding, report.Counts.New));
        Assert.Equal("Zoë Müller – Ærø", (string?)(await App.SubscriberAsync(email))!["name"]);
    }

    [Theory]
    [InlineData("email,name\nQ,\"a;b;c\"")]
    [InlineData("email;name\r\nQ;a,b\r\n")]
    [InlineData("email\tname\nQ\ta;b")]
    [InlineData("email|name\nQ|a,b\n\n\n")]
    [InlineData("email\rQ\r")]
    [InlineData("sep=;\nemail;name\nQ;x\n")]
    [InlineData("\n\nemail,name\n\nQ\n,,,\n")]
    [InlineData("\"email\",\"name, if any\"\n\"Q\",\"x\",\"\"\n")]
    public async Task With_any_delimiter_and_line_end_is_read(string csv)
    {
        var email = $"del{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(csv)))[..12]}@example.org";
        var report = await App.ImportAsync(csv.Replace("Q", email, StringComparison.Ordinal));
        Assert.Equal((1, 1), (report.Counts.New, report.Counts.Rows));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("PK\u0003\u0004 and so on", "unpack it")]
    [InlineData("email\0name\0\0", "not a text file")]
    [InlineData("name,town\nJoe,Kiel\n", "--map email=COLUMN")]
    [InlineData("\n\n\n", "no line with the names")]
    public async Task That_is_none_is_refused_with_a_sentence(string content, string says)
    {
        var before = await App.DumpAsync();
        var outcome = Assert.IsType<ImportOutcome.Unreadable>(await App.ImportBytesAsync(Encoding.UTF8.GetBytes(content)));
        Assert.Contains(says, outcome.WhatToDo, StringComparison.Ordinal);
        Assert.Equal(before, await App.DumpAsync());
    }

    [Fact]
    public async Task With_a_quote_that_never_ends_is_stopped_and_says_where()
    {
        var csv = "email,name\nquote1@example.org,x\nquote2@example.org,\"" + string.Concat(Enumerable.Repeat("y@example.org,z\n", 10_000));
        var outcome = Assert.IsType<ImportOutcome.Stopped>(await App.ImportBytesAsync(Encoding.UTF8.GetBytes(csv)));
        Assert.Contains("line 3", outcome.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unsubscribed")]
    [InlineData("Opt-Out")]
    [InlineData("bounces")]
    public async Task With_a_column_of_noes_that_nobody_reads_is_refused_until_staff_say_what_it_is(string column)
    {
        var csv = $"email,{column}\nnoes1@example.org,1\nnoes2@example.org,no\n";
        var outcome = Assert.IsType<ImportOutcome.Unreadable>(await App.ImportBytesAsync(Encoding.UTF8.GetBytes(csv)));
        Assert.Contains($"'{column}'", outcome.WhatToDo, StringComparison.Ordinal);
        var report = await App.ImportAsync(csv, "list.csv", dryRun: true, new ColumnChoice(ImportField.LeftAt, column));
        Assert.Equal((1, 1), (report.Counts.New, report.Counts.LeftBefore));
    }

    [Fact]
    public async Task With_a_row_that_never_ends_is_stopped_while_memory_stays()
    {
        using var file = new EndlessRow();
        var outcome = await App.ImportStreamAsync(file, dryRun: true);
        Assert.Contains("Line 2 runs to more than", Assert.IsType<ImportOutcome.Stopped>(outcome).Why, StringComparison.Ordinal);
        Assert.InRange(file.HandedOut, 1, 4 * 1024 * 1024);
    }

    [Fact]
    public async Task With_a_hundred_thousand_columns_is_refused()
    {
        var outcome = await App.ImportBytesAsync(Encoding.UTF8.GetBytes("email" + new string(',', 60_000) + "\n"));
        Assert.Contains("at most", Assert.IsType<ImportOutcome.Unreadable>(outcome).WhatToDo, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cannot_write_on_an_operators_terminal_what_it_likes()
    {
        var report = await App.ImportAsync("email,status\nesc@example.org,\u001b[2Jfine\n", dryRun: true);
        Assert.DoesNotContain('\u001b', report.Samples[0].Reason);
        var outcome = await App.ImportBytesAsync("name,\u001b[2Jtown\nJoe,Kiel\n"u8.ToArray());
        Assert.DoesNotContain('\u001b', Assert.IsType<ImportOutcome.Unreadable>(outcome).WhatToDo);
    }

    [Fact]
    public async Task With_a_language_that_is_none_leaves_it_out()
    {
        await App.ImportAsync("id,address,name,language,status,newsletters,confirmed_at\nsub_1,lang@example.org,,en-@@@,confirmed,this-week active asPublished 2025-01-01T00:00:00Z,\n");
        Assert.Equal("", await App.ReadAsync(db => db.Subscribers.Where(s => s.AddressKey == "lang@example.org").Select(s => s.Language ?? "").SingleAsync()));
    }

    /// <summary>A header, and then one row of empty cells without an end.</summary>
    private sealed class EndlessRow : MemoryStream
    {
        private readonly byte[] _head = "email,name\na@example.org"u8.ToArray();

        public long HandedOut { get; private set; }

        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count)
        {
            for (var i = 0; i < count; i++)
                buffer[offset + i] = HandedOut + i < _head.Length ? _head[HandedOut + i] : (byte)',';
            HandedOut += count;
            return count;
        }

        public override int Read(Span<byte> buffer) => throw new NotSupportedException("Asynchronously, as files are read.");

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var chunk = new byte[buffer.Length];
            var read = Read(chunk, 0, chunk.Length);
            chunk.CopyTo(buffer);
            return ValueTask.FromResult(read);
        }
    }

    [Theory]
    [InlineData("", "There is no address.")]
    [InlineData("joe", "The address has no @.")]
    [InlineData("a@b@example.org", "The address has more than one @.")]
    [InlineData("joe bloggs@example.org", "The address has a space in it.")]
    [InlineData("joe@localhost", "The address has no domain such as example.org.")]
    [InlineData("@example.org", "Nothing stands before the @.")]
    public async Task With_a_bad_address_says_the_line_and_what_is_wrong(string address, string reason)
    {
        var row = Assert.Single((await App.ImportAsync($"name,email\nx,\"{address}\"\n")).Samples);
        Assert.Equal((2, RowVerdict.Bad, reason), (row.Line, row.Verdict, row.Reason));
    }

    [Fact]
    public async Task Whose_cells_have_moved_to_the_right_is_not_guessed_at()
    {
        var report = await App.ImportAsync("email,name,unsub_time\nmoved@example.org,Doe, Jane,2020-01-01\n");
        Assert.Equal((0, 1), (report.Counts.New, report.Counts.Bad));
    }
}
