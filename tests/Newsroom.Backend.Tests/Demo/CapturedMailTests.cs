using System.Net;
using System.Net.Sockets;
using System.Text;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Time.Testing;
using MimeKit;
using Newsroom.Backend.Demo.Inbox;

namespace Newsroom.Backend.Tests;

/// <summary>The receiver against a real client, and against what only a raw socket can say.</summary>
public sealed class CapturedMailOverSmtp : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-inbox-").FullName;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private Mailbox _mailbox = null!;
    private SmtpReceiver _receiver = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _listener.Start();
        _mailbox = new Mailbox(_clock, _folder);
        _receiver = new SmtpReceiver(_listener, _mailbox);
        await _receiver.StartAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _receiver.StopAsync(CancellationToken.None);
        _receiver.Dispose();
        _listener.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_message_arrives_byte_for_byte_below_the_trace_of_its_delivery()
    {
        var message = Message("Grüße aus dem Hafen", ".a leading dot\r\n..two\r\n.\r\nend");
        using var sent = new MemoryStream();
        await message.WriteToAsync(new FormatOptions { NewLineFormat = NewLineFormat.Dos, International = true, EnsureNewLine = true }, sent, Token);
        using (var client = await ConnectAsync())
            await client.SendAsync(new FormatOptions { International = true }, message, Token);

        var mail = Assert.Single(_mailbox.List());
        Assert.Equal(("Grüße aus dem Hafen", "reader@example.org", "Single mail"), (mail.Subject, mail.To, mail.Kind));
        var kept = await _mailbox.ReadAsync(mail, Token);
        Assert.Equal("Return-Path: <news@example.org>\r\nDelivered-To: reader@example.org\r\n" + Encoding.UTF8.GetString(sent.ToArray()), Encoding.UTF8.GetString(kept));
    }

    [Fact]
    public async Task Offers_what_the_program_uses()
    {
        using var client = await ConnectAsync();
        Assert.True(client.Capabilities.HasFlag(SmtpCapabilities.Pipelining | SmtpCapabilities.EightBitMime | SmtpCapabilities.Size | SmtpCapabilities.UTF8));
    }

    [Fact]
    public async Task Many_connections_send_many_mails_each_and_none_is_lost()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async connection =>
        {
            using var client = await ConnectAsync();
            for (var i = 0; i < 10; i++)
                await client.SendAsync(Message($"{connection}/{i}", "text"), Token);
            await client.DisconnectAsync(quit: true, Token);
        }));
        Assert.Equal(80, _mailbox.List().Select(m => m.Subject).Distinct().Count());
        Assert.Equal(80, Directory.GetFiles(_folder).Length);
    }

    [Fact]
    public async Task Commands_sent_in_one_piece_are_answered_in_order_and_a_bare_line_feed_ends_nothing()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync((IPEndPoint)_listener.LocalEndpoint, Token);
        var stream = socket.GetStream();
        await stream.WriteAsync("EHLO me\r\nRCPT TO:<a@example.org>\r\nMAIL FROM:<>\r\nRSET\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"u8.ToArray(), Token);
        await stream.WriteAsync("Subject: one\r\n\r\nbody\n.\nMAIL FROM:<smuggler@example.org>\r\n.\r\nNOPE\r\nQUIT\r\n"u8.ToArray(), Token);
        using var reader = new StreamReader(stream);
        var answers = (await reader.ReadToEndAsync(Token)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Where(a => a[3] == ' ').Select(a => a[..3]);
        Assert.Equal(["220", "250", "503", "250", "250", "250", "250", "250", "354", "250", "502", "221"], answers);
        Assert.Equal("a@example.org, b@example.org", Assert.Single(_mailbox.List()).To);
    }

    [Fact]
    public async Task A_message_cut_off_was_never_accepted()
    {
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync((IPEndPoint)_listener.LocalEndpoint, Token);
            await socket.GetStream().WriteAsync("EHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.org>\r\nDATA\r\nSubject: half\r\n"u8.ToArray(), Token);
        }
        await _receiver.StopAsync(Token);
        Assert.Empty(_mailbox.List());
    }

    [Fact]
    public async Task The_newest_five_hundred_are_kept_and_found_again_after_a_restart()
    {
        for (var i = 0; i < 503; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await _mailbox.AddAsync("news@example.org", ["r@example.org"], Encoding.ASCII.GetBytes($"Subject: {i}\r\nList-Unsubscribe: <https://example.org/u>\r\n\r\n"), Token);
        }
        var restarted = new Mailbox(_clock, _folder).List();
        Assert.Equal(_mailbox.List(), restarted);
        Assert.Equal(("502", "3", 500), (restarted[0].Subject, restarted[^1].Subject, restarted.Count));
        Assert.All(restarted, m => Assert.Equal("Newsletter", m.Kind));
    }

    private async Task<SmtpClient> ConnectAsync()
    {
        var client = new SmtpClient();
        await client.ConnectAsync("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port, SecureSocketOptions.None, Token);
        return client;
    }

    private static MimeMessage Message(string subject, string text)
    {
        var message = new MimeMessage { Subject = subject, Body = new TextPart("plain") { Text = text } };
        message.From.Add(MailboxAddress.Parse("news@example.org"));
        message.To.Add(MailboxAddress.Parse("reader@example.org"));
        return message;
    }
}
