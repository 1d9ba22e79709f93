using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers.Privacy;

/// <summary>
/// What is kept of a reader: a page for browsers; the whole of it as a JSON file for everything else and for the button. Only the link of a
/// <c>my-data</c> mail opens it.
/// </summary>
[AllowAnonymous, IgnoreAntiforgeryToken, PrivatePage]
public sealed class MyDataModel(MyDataLink link, CollectPersonalData collect, IOptions<SiteOptions> site, TimeProvider clock) : PageModel
{
    /// <summary>In the query of the button's address: the file, whatever the browser would rather have.</summary>
    public const string FileFlag = "file";
    public const string FileName = "my-data.json";

    internal static readonly JsonSerializerOptions Json = MakeJson();

    public MyDataLinkHolder Holder { get; private set; } = new MyDataLinkHolder.Nobody();

    /// <summary>Null unless the link opens.</summary>
    public PersonalRecord? Record { get; private set; }

    public string Headline => Holder switch
    {
        MyDataLinkHolder.Reader => "What we keep of you",
        MyDataLinkHolder.Expired => "This link has expired",
        MyDataLinkHolder.Erased => "Your data are erased",
        _ => "We do not know this link",
    };

    // From the route, not by model binding: that gives up, token and all, on a body it cannot read.
    public string Token => RouteData.Values["token"] as string ?? "";

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Holder = await link.RunAsync(Token, cancellationToken);
        var wantsFile = Request.Query.ContainsKey(FileFlag) || !Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
        if (Holder is MyDataLinkHolder.Reader(var address, var moved))
        {
            Record = await collect.RunAsync(address, cancellationToken);
            return wantsFile ? File(FileOf(Record, moved?.From ?? []), "application/json", FileName) : Page();
        }
        Response.StatusCode = Holder is MyDataLinkHolder.Nobody ? StatusCodes.Status404NotFound : StatusCodes.Status410Gone;
        return Page();
    }

    /// <summary>The day from which a link of the present address erases, in the newsroom's zone.</summary>
    public string DayOf(DateTimeOffset until) => TimeZoneInfo.ConvertTime(until, site.Value.Zone).ToString("D", site.Value.Culture);

    /// <param name="record">All of it.</param>
    /// <param name="unsaid">Addresses that the holder of the link must not learn: what a server answered may name them.</param>
    private byte[] FileOf(PersonalRecord record, IReadOnlyList<string> unsaid)
    {
        var text = JsonSerializer.Serialize(record.Export(clock.GetUtcNow()), Json);
        foreach (var address in unsaid)
            text = text.Replace(JsonEncodedText.Encode(address, Json.Encoder).Value, "…", StringComparison.OrdinalIgnoreCase);
        return Encoding.UTF8.GetBytes(text);
    }

    private static JsonSerializerOptions MakeJson()
    {
        var json = new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Create(System.Text.Unicode.UnicodeRanges.All) };
        Api.ConfigureJson(json);
        return json;
    }
}
