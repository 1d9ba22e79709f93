using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Tests.Digests;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Tests.Hooks;

/// <summary>SIGKILL while two receivers are told of the same digest: one has said yes, and nobody wrote it down; the other has heard nothing.</summary>
public sealed class AProgramKilledWhileItTells : TheProgramSending
{
    private SqliteConnection? _lock;

    [Fact]
    public async Task Tells_again_under_the_same_id_and_loses_nothing()
    {
        var settings = new Dictionary<string, string>(Settings()) { ["Webhooks:AllowPrivateNetworks"] = "true" };
        await using var heard = await HookReceiver.StartAsync();
        // Takes the connection and reads nothing of it.
        using var deaf = new TcpListener(IPAddress.Loopback, 0);
        deaf.Start();
        var (key, deafUrl) = (await AddKeyAsync(), $"http://127.0.0.1:{((IPEndPoint)deaf.LocalEndpoint).Port}/hook");
        var hooks = new List<string>();
        var answered = new TaskCompletionSource();
        await using (var program = await StartAsync(key, settings))
        {
            foreach (var url in new[] { heard.Url, deafUrl })
                hooks.Add((string)(await PostAsync(program, "/api/v1/hooks", new { url, events = new[] { "digest.sent" } }))["id"]!);
            heard.Answers(async _ =>
            {
                await UntilPendingAsync(deaf);
                await LockAsync();
                answered.SetResult();
            });
            await BeginAsync(program, "this-week", 1, 1);
            await answered.Task.WaitAsync(TimeSpan.FromSeconds(40), Stop);
            // Its answer is on its way; nothing can be written of it.
            await Task.Delay(500, Stop);
            await program.KillAsync();
        }
        await UnlockAsync();
        await using (var db = Open())
        {
            Assert.Equal(2, await db.WebhookDeliveries.CountAsync(d => d.State == WebhookDeliveryState.Waiting && d.LeaseUntil != null, Stop));
            // As if the minute of a lease were over.
            await db.WebhookDeliveries.ExecuteUpdateAsync(s => s.SetProperty(d => d.LeaseUntil, DateTimeOffset.UnixEpoch), Stop);
        }
        heard.Answers(200);
        using var ears = await ListenAsync(deaf);
        await using (var program = await StartAsync(key, settings))
            await UntilAsync(async () => await DeliveredAsync() == 2, program);
        Assert.Equal(2, heard.Requests.Count);
        Assert.Single(heard.Requests.Select(r => (r.Id, Convert.ToBase64String(r.Body))).Distinct());
        Assert.Equal(1, ears.Heard);
    }

    private static async Task UntilPendingAsync(TcpListener listener)
    {
        while (!listener.Pending())
            await Task.Delay(20, Stop);
    }

    private async Task LockAsync()
    {
        await using var db = Open();
        _lock = new SqliteConnection(db.Database.GetConnectionString() + ";Pooling=false");
        await _lock.OpenAsync(Stop);
        await using var begin = new SqliteCommand("BEGIN IMMEDIATE", _lock);
        await begin.ExecuteNonQueryAsync(Stop);
    }

    private async Task UnlockAsync() => await _lock!.DisposeAsync();

    private async Task<int> DeliveredAsync()
    {
        await using var db = Open();
        return await db.WebhookDeliveries.CountAsync(d => d.State == WebhookDeliveryState.Delivered, Stop);
    }

    /// <summary>The deaf one hears from now on; what lay in the dead program's connection is not read.</summary>
    private static async Task<Ears> ListenAsync(TcpListener deaf)
    {
        while (deaf.Pending())
            (await deaf.AcceptSocketAsync(Stop)).Dispose();
        return new Ears(deaf);
    }

    private sealed class Ears : IDisposable
    {
        private readonly TcpListener _listener;
        private int _heard;

        public Ears(TcpListener listener)
        {
            _listener = listener;
            _ = HearAsync();
        }

        public int Heard => Volatile.Read(ref _heard);

        public void Dispose() => _listener.Stop();

        private async Task HearAsync()
        {
            try
            {
                while (true)
                {
                    using var socket = await _listener.AcceptSocketAsync(Stop);
                    var buffer = new byte[16 * 1024];
                    if (await socket.ReceiveAsync(buffer, Stop) == 0)
                        continue;
                    Interlocked.Increment(ref _heard);
                    await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), Stop);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // The test is over.
            }
        }
    }
}
