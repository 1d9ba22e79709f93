using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Tests.Bounces;

public sealed class ProvidersEvents : IAsyncLifetime
{
    private const string Ada = "ada@example.org";
    private const string Topic = "arn:aws:sns:us-east-1:123456789012:bounces";
    private const string CertificateUrl = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123.pem";
    private const string MailgunKey = "key-of-the-tests";

    private static readonly ECDsa SendGridKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly RSA SnsKey = RSA.Create(2048);
    private static readonly (string, string) PostmarkLogin = ("Authorization", "Basic " + Convert.ToBase64String("hook:secret"u8));

    private NewsroomApp _app = null!;

    public static TheoryData<string> Providers => ["ses", "postmark", "sendgrid", "mailgun"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync(new()
        {
            ["Mail:Webhooks:Ses:TopicArn"] = Topic,
            ["Mail:Webhooks:Postmark:UserName"] = "hook",
            ["Mail:Webhooks:Postmark:Password"] = "secret",
            ["Mail:Webhooks:SendGrid:PublicKey"] = Convert.ToBase64String(SendGridKey.ExportSubjectPublicKeyInfo()),
            ["Mail:Webhooks:Mailgun:SigningKey"] = MailgunKey,
        });
        var request = new CertificateRequest("CN=sns.amazonaws.com", SnsKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(NewsroomApp.Start.AddDays(-1), NewsroomApp.Start.AddYears(1));
        _app.Amazon.CertificatePem = certificate.ExportCertificatePem();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory, MemberData(nameof(Providers))]
    public async Task Suppress_for_hard_bounces_and_complaints_and_once_only(string provider)
    {
        var mark = await _app.SentLetterAsync(Ada);
        var bounce = await SignedAsync(provider, "bounce", mark, "event-1");
        for (var times = 0; times < 2; times++)
            Assert.Equal(HttpStatusCode.OK, (await bounce()).StatusCode);
        Assert.Equal(SuppressionReason.HardBounce, await _app.SuppressedForAsync(Ada));
        Assert.Single(await _app.ReportsAsync());
        Assert.Equal(HttpStatusCode.OK, (await (await SignedAsync(provider, "complaint", mark, "event-2"))()).StatusCode);
        Assert.Equal(SuppressionReason.Complaint, await _app.SuppressedForAsync(Ada));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Tell_of_an_uncertain_mail_that_it_was_delivered(string provider)
    {
        _app.Smtp.On(SmtpStep.Dot, SmtpSink.TakeAndDrop);
        var id = await _app.WriteLetterAsync(Ada);
        await _app.RunEnqueuedJobsAsync();
        Assert.Equal(OutgoingMailState.Uncertain, (await _app.OutgoingMailAsync(id)).State);
        await (await SignedAsync(provider, "delivered", await _app.MarkAsync(MailedId.Single(id)), "event-1"))();
        Assert.Equal(OutgoingMailState.Sent, (await _app.OutgoingMailAsync(id)).State);
        Assert.Null(await _app.SuppressedForAsync(Ada));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Have_no_effect_when_they_are_not_authentic_or_name_no_mail_of_ours(string provider)
    {
        var mark = await _app.SentLetterAsync(Ada);
        var before = await _app.DumpAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await (await SignedAsync(provider, "bounce", mark, "event-1", forged: true))()).StatusCode);
        Assert.Equal(before, await _app.DumpAsync());
        Assert.Equal(HttpStatusCode.OK, (await (await SignedAsync(provider, "bounce", "nothing", "event-2"))()).StatusCode);
        Assert.Null(await _app.SuppressedForAsync(Ada));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Are_answered_without_a_fault_whatever_their_json_is(string provider)
    {
        foreach (var body in new[] { "", "{", "[]", "{}", "null", "7", "[7,null,[]]", """{"signature":7,"event-data":[],"RecordType":{},"Type":3,"TopicArn":[]}""" })
        {
            var answer = await _app.PostEventAsync(provider, body, PostmarkLogin);
            Assert.True((int)answer.StatusCode < 500, $"{body}: {(int)answer.StatusCode}");
        }
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Are_answered_without_a_fault_when_their_texts_are_no_unicode(string provider)
    {
        const string Half = """\ud800""";
        byte[] noUtf8 = [.. """{"TopicArn":"""u8, (byte)'"', 0xff, (byte)'"', (byte)'}'];
        foreach (var body in new[]
        {
            $$$"""{"TopicArn":"{{{Half}}}","RecordType":"{{{Half}}}","signature":{"timestamp":"{{{Half}}}","token":"{{{Half}}}","signature":"{{{Half}}}"}}""",
            $$$"""{"{{{Half}}}TopicArnTopicArn":1,"{{{Half}}}signaturesignature":1,"{{{Half}}}RecordTypeRecordType":1}""",
            Encoding.Latin1.GetString(noUtf8),
        })
        {
            using var content = new ByteArrayContent(Encoding.Latin1.GetBytes(body));
            using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/mail/" + provider) { Content = content };
            request.Headers.TryAddWithoutValidation(PostmarkLogin.Item1, PostmarkLogin.Item2);
            var answer = await _app.Http.SendAsync(request, Cancelled);
            Assert.True((int)answer.StatusCode < 500, $"{body}: {(int)answer.StatusCode}");
        }
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Are_heard_when_the_servers_words_were_cut_through_a_character(string provider)
    {
        var mark = await _app.SentLetterAsync(Ada);
        Assert.Equal(HttpStatusCode.OK, (await (await SignedAsync(provider, "bounce", mark, "event-1", words: """5.1.1 unknown \ud83d"""))()).StatusCode);
        Assert.Equal(SuppressionReason.HardBounce, await _app.SuppressedForAsync(Ada));
    }

    /// <summary>As when the same words come in a report or while the mail is handed over.</summary>
    [Theory, MemberData(nameof(Providers))]
    public async Task Suppress_nobody_for_words_that_are_about_us_whatever_the_status(string provider)
    {
        var mark = await _app.SentLetterAsync(Ada);
        await (await SignedAsync(provider, "bounce", mark, "event-1", words: "5.1.1 your address 192.0.2.1 is listed, blocked"))();
        Assert.Null(await _app.SuppressedForAsync(Ada));
        var report = Assert.Single(await _app.ReportsAsync());
        Assert.Equal((BounceKind.Soft, BounceReasons.Policy), (report.Kind, report.Reason));
    }

    [Theory]
    [InlineData("5")]
    [InlineData("5.1.1 (bad destination mailbox address)")]
    public async Task Of_sendgrid_are_heard_whatever_stands_for_the_status(string status)
    {
        var events = SendGridText("bounce", await _app.SentLetterAsync(Ada), "event-1").Replace("\"5.1.1\"", $"\"{status}\"", StringComparison.Ordinal);
        var answer = await PostSendGridAsync(events);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal(SuppressionReason.HardBounce, await _app.SuppressedForAsync(Ada));
        Assert.Equal("5.1.1", Assert.Single(await _app.ReportsAsync()).Status);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Are_to_come_again_while_their_mail_is_being_handed_over(string provider)
    {
        var mark = await _app.SentLetterAsync(Ada);
        var delivered = await SignedAsync(provider, "delivered", mark, "event-1");
        await _app.LeaveLettersAsync(OutgoingMailState.HandingOver);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await delivered()).StatusCode);
        Assert.Empty(await _app.ReportsAsync());
        // The program was killed before its own answer was committed.
        await _app.LeaveLettersAsync(OutgoingMailState.Uncertain);
        Assert.Equal(HttpStatusCode.OK, (await delivered()).StatusCode);
        Assert.Equal(OutgoingMailState.Sent, await _app.ReadAsync(db => db.OutgoingMails.Select(m => m.State).SingleAsync(Cancelled)));
    }

    [Fact]
    public async Task Are_not_found_where_they_are_not_configured()
    {
        await using var bare = await NewsroomApp.StartAsync();
        foreach (var provider in new[] { "ses", "postmark", "sendgrid", "mailgun", "nobody" })
            Assert.Equal(HttpStatusCode.NotFound, (await bare.PostEventAsync(provider, "{}")).StatusCode);
    }

    [Fact]
    public async Task Of_mailgun_are_good_for_one_body_and_not_for_long()
    {
        var mark = await _app.SentLetterAsync(Ada);
        await (await SignedAsync("mailgun", "delivered", mark, "event-1"))();
        // The signature does not cover the body: the same token with another one.
        Assert.Equal(HttpStatusCode.OK, (await (await SignedAsync("mailgun", "bounce", mark, "event-1"))()).StatusCode);
        Assert.Null(await _app.SuppressedForAsync(Ada));
        var late = await SignedAsync("mailgun", "bounce", mark, "event-2");
        _app.Clock.Advance(TimeSpan.FromHours(13));
        Assert.Equal(HttpStatusCode.Unauthorized, (await late()).StatusCode);
    }

    [Fact]
    public async Task Of_amazon_are_believed_by_a_certificate_from_amazons_own_host_that_is_fetched_once()
    {
        var mark = await _app.SentLetterAsync(Ada);
        foreach (var url in new[]
        {
            "https://sns.us-east-1.amazonaws.com/topic/SimpleNotificationService-0123.pem", "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123.pem?x=1.pem",
            "http://sns.us-east-1.amazonaws.com/x.pem", "https://sns.us-east-1.amazonaws.com.evil.example/x.pem", "https://evil.example/sns.us-east-1.amazonaws.com/x.pem",
            "https://sns.us-east-1.amazonaws.com@evil.example/x.pem", "https://sns.us-east-1.amazonaws.com:8443/x.pem", "https://s3.amazonaws.com/x.pem", "https://sns.us-east-1.amazonaws.com/x.txt",
        })
            Assert.Equal(HttpStatusCode.Unauthorized, (await PostSnsAsync(Sns("event-1", SesText("bounce", mark), certificate: url))).StatusCode);
        Assert.Empty(_app.Amazon.Asked);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostSnsAsync(Sns("event-1", SesText("bounce", mark), topic: Topic + "2"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PostSnsAsync(Sns("event-1", SesText("bounce", mark), version: "1"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PostSnsAsync(Sns("event-2", SesText("bounce", mark)))).StatusCode);
        Assert.Equal(CertificateUrl, Assert.Single(_app.Amazon.Asked));
        Assert.Equal(SuppressionReason.HardBounce, await _app.SuppressedForAsync(Ada));
    }

    /// <summary>SES tells an absent reader's answer so: the mail arrived.</summary>
    [Theory]
    [InlineData("Transient", "General", null, BounceKind.Ignored)]
    [InlineData("Undetermined", "Undetermined", null, BounceKind.Ignored)]
    [InlineData("Transient", "General", "smtp; 452 4.2.2 over quota", BounceKind.Soft)]
    [InlineData("Transient", "MailboxFull", null, BounceKind.Soft)]
    public async Task Of_amazon_count_only_what_a_server_said(string type, string subtype, string? words, BounceKind kind)
    {
        var text = SesText("bounce", await _app.SentLetterAsync(Ada));
        text = text.Replace("\"Permanent\"", $"\"{type}\"", StringComparison.Ordinal).Replace("\"bounceSubType\":\"General\"", $"\"bounceSubType\":\"{subtype}\"", StringComparison.Ordinal)
            .Replace("\"5.1.1\"", words is null ? "null" : "\"4.2.2\"", StringComparison.Ordinal).Replace("\"smtp; 550 5.1.1 unknown\"", words is null ? "null" : $"\"{words}\"", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await PostSnsAsync(Sns("event-1", text))).StatusCode);
        Assert.Equal(kind == BounceKind.Soft, (await _app.ReportsAsync()).Any(r => r.Kind == BounceKind.Soft));
        Assert.Null(await _app.SuppressedForAsync(Ada));
    }

    [Fact]
    public async Task Of_amazon_are_to_come_again_while_amazon_cannot_be_asked()
    {
        _app.Amazon.IsAway = true;
        var mark = await _app.SentLetterAsync(Ada);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await PostSnsAsync(Sns("event-1", SesText("bounce", mark)))).StatusCode);
        _app.Amazon.IsAway = false;
        Assert.Equal(HttpStatusCode.OK, (await PostSnsAsync(Sns("event-1", SesText("bounce", mark)))).StatusCode);
        Assert.Equal(SuppressionReason.HardBounce, await _app.SuppressedForAsync(Ada));
    }

    [Fact]
    public async Task Of_amazon_begin_with_a_subscription_that_is_confirmed_only_at_amazons()
    {
        const string Confirm = "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=abc";
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostSnsAsync(Sns("event-1", "You have chosen to subscribe.", subscribe: "https://evil.example/"))).StatusCode);
        Assert.DoesNotContain("https://evil.example/", _app.Amazon.Asked);
        Assert.Equal(HttpStatusCode.OK, (await PostSnsAsync(Sns("event-2", "You have chosen to subscribe.", subscribe: Confirm))).StatusCode);
        Assert.Contains(Confirm, _app.Amazon.Asked);
    }

    [Fact]
    public async Task Find_their_mail_by_what_each_provider_repeats()
    {
        await _app.SentLetterAsync(Ada);
        var mail = Assert.Single(_app.Mails);
        var mark = mail.Message.MessageId!.Split('@')[0];
        Assert.Equal(mark, Assert.Single(mail.Header("X-PM-Metadata-mark")));
        Assert.Equal(mark, JsonDocument.Parse(Assert.Single(mail.Header("X-SMTPAPI"))).RootElement.GetProperty("unique_args").GetProperty("mark").GetString());
    }

    /// <summary>An event as the provider sends it: what it does not hold of ours is what it does not tell.</summary>
    private Task<Func<Task<HttpResponseMessage>>> SignedAsync(string provider, string what, string mark, string id, bool forged = false, string words = "5.1.1 unknown")
    {
        switch (provider)
        {
            case "ses":
                var message = Sns(id, Saying(SesText(what, mark)));
                message["Message"] += forged ? " " : "";
                return Send(() => PostSnsAsync(message));
            case "postmark":
                var login = forged ? ("Authorization", "Basic " + Convert.ToBase64String("hook:guess"u8)) : PostmarkLogin;
                return Send(() => _app.PostEventAsync(provider, Saying(PostmarkText(what, mark, id)), login));
            case "sendgrid":
                var events = Saying(SendGridText(what, mark, id));
                return Send(() => PostSendGridAsync(events, forged));
            default:
                var body = Saying(MailgunText(what, mark, id, forged));
                return Send(() => _app.PostEventAsync(provider, body));
        }

        string Saying(string json) => json.Replace("5.1.1 unknown", words, StringComparison.Ordinal);
        static Task<Func<Task<HttpResponseMessage>>> Send(Func<Task<HttpResponseMessage>> send) => Task.FromResult(send);
    }

    private Task<HttpResponseMessage> PostSendGridAsync(string events, bool forged = false)
    {
        const string Timestamp = "1790000000";
        var signature = SendGridKey.SignData(Encoding.UTF8.GetBytes(Timestamp + events), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return _app.PostEventAsync(
            "sendgrid", events + (forged ? " " : ""),
            ("X-Twilio-Email-Event-Webhook-Signature", Convert.ToBase64String(signature)), ("X-Twilio-Email-Event-Webhook-Timestamp", Timestamp));
    }

    private Task<HttpResponseMessage> PostSnsAsync(Dictionary<string, string> message) => _app.PostEventAsync("ses", JsonSerializer.Serialize(message));

    private static Dictionary<string, string> Sns(string id, string text, string topic = Topic, string certificate = CertificateUrl, string version = "2", string? subscribe = null)
    {
        var message = new Dictionary<string, string>
        {
            ["Type"] = subscribe is null ? "Notification" : "SubscriptionConfirmation",
            ["MessageId"] = id,
            ["TopicArn"] = topic,
            ["Message"] = text,
            ["Timestamp"] = "2026-11-24T12:00:00.000Z",
        };
        if (subscribe is not null)
            (message["SubscribeURL"], message["Token"]) = (subscribe, "abc");
        var signed = string.Concat(message.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}\n{f.Value}\n"));
        message["Signature"] = Convert.ToBase64String(SnsKey.SignData(Encoding.UTF8.GetBytes(signed), version == "1" ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        (message["SignatureVersion"], message["SigningCertURL"]) = (version, certificate);
        return message;
    }

    private static string SesText(string what, string mark)
    {
        var mail = new { messageId = "0100-ses", source = "news@news.example.org", headers = new[] { new { name = "Message-ID", value = $"<{mark}@news.example.org>" } } };
        return what switch
        {
            "bounce" => JsonSerializer.Serialize(new
            {
                notificationType = "Bounce",
                mail,
                bounce = new { bounceType = "Permanent", bounceSubType = "General", bouncedRecipients = new[] { new { emailAddress = Ada, status = "5.1.1", diagnosticCode = "smtp; 550 5.1.1 unknown" } } },
            }),
            "complaint" => JsonSerializer.Serialize(new { eventType = "Complaint", mail, complaint = new { complaintFeedbackType = "abuse", complainedRecipients = new[] { new { emailAddress = Ada } } } }),
            _ => JsonSerializer.Serialize(new { notificationType = "Delivery", mail, delivery = new { recipients = new[] { Ada } } }),
        };
    }

    private static string PostmarkText(string what, string mark, string id) => what switch
    {
        "bounce" => JsonSerializer.Serialize(new { RecordType = "Bounce", ID = id, Type = "HardBounce", TypeCode = 1, MessageID = "pm-1", Email = Ada, Details = "smtp;550 5.1.1 unknown", Metadata = new { mark } }),
        "complaint" => JsonSerializer.Serialize(new { RecordType = "SpamComplaint", ID = id, Type = "SpamComplaint", MessageID = "pm-1", Email = Ada, Metadata = new { mark } }),
        _ => JsonSerializer.Serialize(new { RecordType = "Delivery", MessageID = "pm-1", Recipient = Ada, Metadata = new { mark } }),
    };

    private static string SendGridText(string what, string mark, string id)
    {
        var smtpId = $"<{mark}@news.example.org>";
        return what switch
        {
            "bounce" => JsonSerializer.Serialize(new[] { new Dictionary<string, string> { ["event"] = "bounce", ["type"] = "bounce", ["email"] = Ada, ["status"] = "5.1.1", ["reason"] = "550 5.1.1 unknown", ["smtp-id"] = smtpId, ["sg_event_id"] = id } }),
            // Without smtp-id: only our own argument tells.
            "complaint" => JsonSerializer.Serialize(new[] { new Dictionary<string, string> { ["event"] = "spamreport", ["email"] = Ada, ["mark"] = mark, ["sg_event_id"] = id } }),
            _ => JsonSerializer.Serialize(new[] { new Dictionary<string, string> { ["event"] = "delivered", ["email"] = Ada, ["smtp-id"] = smtpId, ["sg_event_id"] = id } }),
        };
    }

    private string MailgunText(string what, string mark, string token, bool forged)
    {
        var timestamp = _app.Clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(forged ? "guess" : MailgunKey), Encoding.UTF8.GetBytes(timestamp + token)));
        var headers = new Dictionary<string, object> { ["message-id"] = $"{mark}@news.example.org" };
        var data = new Dictionary<string, object>
        {
            ["event"] = what switch { "bounce" => "failed", "complaint" => "complained", _ => "delivered" },
            ["severity"] = "permanent",
            ["reason"] = "bounce",
            ["recipient"] = Ada,
            ["delivery-status"] = new Dictionary<string, object> { ["code"] = 550, ["message"] = "5.1.1 unknown" },
            ["message"] = new { headers },
        };
        return JsonSerializer.Serialize(new Dictionary<string, object> { ["signature"] = new { timestamp, token, signature }, ["event-data"] = data });
    }
}
