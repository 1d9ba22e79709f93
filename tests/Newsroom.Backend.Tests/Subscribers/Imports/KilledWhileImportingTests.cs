using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Subscribers.Imports;
using Newsroom.Backend.Tests.Digests;
using Newsroom.Backend.Tests.Staff;

namespace Newsroom.Backend.Tests.Subscribers.Imports;

/// <summary>SIGKILL in the middle of a list that an administrator brings in by the pages.</summary>
public sealed class AnImportWhoseProgramIsKilled : TheProgramSending
{
    private const int Rows = 12_000;
    private const string Twice = "r7@list.example";

    private readonly CookieContainer _cookies = new();

    [Fact]
    public async Task Goes_on_behind_what_it_committed_and_reports_every_row_once()
    {
        var key = await AddKeyAsync();
        var settings = new Dictionary<string, string>(Settings())
        {
            // Over plain http, as cookies go here.
            ["Site:PublicUrl"] = "http://127.0.0.1",
            ["Setup:AdminEmail"] = NewsroomApp.AdministratorsAddress,
            ["Setup:AdminPassword"] = NewsroomApp.StaffPassword,
        };
        string import;
        await using (var program = await StartAsync(key, settings))
        {
            await PostAsync(program, "/api/v1/newsletters", new { slug = "this-week", name = "This Week" });
            var administrator = Browser(program);
            await administrator.SignInAsync(NewsroomApp.AdministratorsAddress);
            await administrator.UseAuthenticatorAsync();
            var list = await UploadAsync(administrator);
            await administrator.SubmitAsync(list, "Check", ("newsletter", "this-week"), ("consent", NewsroomApp.Declared), ("declared", "true"));
            await UntilAsync(async () => await StageAsync() == ListStage.Checked, program);
            import = (await administrator.SubmitAsync(list, "BringIn")).Headers.Location!.OriginalString;
            await UntilAsync(async () => await NewAsync() >= Rows / 3, program);
            await program.KillAsync();
        }
        Assert.InRange(await NewAsync(), Rows / 3, Rows - 1);
        Assert.Equal(await NewAsync(), await SubscribersAsync());
        // As if the two minutes of a lease were over.
        await using (var db = Open())
            await db.UploadedLists.ExecuteUpdateAsync(s => s.SetProperty(l => l.LeaseUntil, DateTimeOffset.UnixEpoch), Stop);

        await using (var program = await StartAsync(key, settings))
        {
            await UntilAsync(async () => await StageAsync() == ListStage.Imported, program);
            var report = await Browser(program).ReadAsync(import);
            Assert.Contains("12,000 readers were brought in.", report, StringComparison.Ordinal);
        }
        await using var after = Open();
        var counts = (await after.Imports.AsNoTracking().SingleAsync(Stop)).Counts;
        Assert.Equal((Rows + 2, Rows), (counts.Rows, counts.New));
        Assert.Equal((Rows, Rows, Rows), (await SubscribersAsync(), await after.Subscriptions.CountAsync(Stop), await after.Consents.CountAsync(Stop)));
        Assert.Equal(Rows, await after.Subscribers.Select(s => s.AddressKey).Distinct().CountAsync(Stop));
    }

    private StaffBrowser Browser(RunningProgram program)
    {
#pragma warning disable RS0030 // A test is the other side: it has no container to take a client from.
        return new StaffBrowser(new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = _cookies }) { BaseAddress = program.Http.BaseAddress });
#pragma warning restore RS0030
    }

    private static async Task<string> UploadAsync(StaffBrowser administrator)
    {
        var csv = new StringBuilder("email\n");
        for (var i = 1; i <= Rows; i++)
            csv.Append(CultureInfo.InvariantCulture, $"r{i}@list.example\n");
        csv.Append(CultureInfo.InvariantCulture, $"{Twice}\nnot an address\n");
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes(csv.ToString())), "list", "list.csv" } };
        var answer = await administrator.SubmitFormAsync("/staff/imports/new", form);
        return answer.Headers.Location?.OriginalString ?? throw new InvalidOperationException($"{answer.StatusCode}\n{await answer.Content.ReadAsStringAsync(Stop)}");
    }

    private async Task<ListStage> StageAsync()
    {
        await using var db = Open();
        return await db.UploadedLists.Select(l => l.Stage).SingleAsync(Stop);
    }

    private async Task<int> NewAsync()
    {
        await using var db = Open();
        return (await db.Imports.AsNoTracking().SingleAsync(Stop)).Counts.New;
    }

    private async Task<int> SubscribersAsync()
    {
        await using var db = Open();
        return await db.Subscribers.CountAsync(Stop);
    }
}
