using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Stories;

/// <summary>What a feed's address answered.</summary>
public abstract record FeedAnswer
{
    private FeedAnswer()
    {
    }

    /// <param name="Body">Decompressed.</param>
    /// <param name="Charset">As the Content-Type names it.</param>
    /// <param name="Address">Where the last redirect led.</param>
    /// <param name="Validators">For the next conditional request.</param>
    public sealed record Content(byte[] Body, string? Charset, Uri Address, FeedValidators Validators) : FeedAnswer;

    public sealed record NotModified : FeedAnswer;

    /// <param name="Why">One sentence for the person who looks after the feed.</param>
    public sealed record Failure(string Why) : FeedAnswer;
}

/// <summary>Gets feeds over HTTP: conditionally, with limits, through <see cref="OutboundGuard"/>.</summary>
public sealed class FeedClient(IHttpClientFactory clients, IOptions<SiteOptions> site)
{
    /// <summary>The named client of <see cref="IHttpClientFactory"/>.</summary>
    public const string ClientName = "feeds";

    /// <summary>Decompressed: ten full-text stories are about 0.2 MB.</summary>
    public const int MaxBytes = 5 * 1024 * 1024;
    public const int MaxRedirects = 5;
    private const string Accepted = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1";
    private const int MaxBytesOfFault = 64 * 1024;

    /// <summary>For the whole answer with all redirects; a site that drips bytes gets no more.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(20);

    /// <param name="address">Of the feed.</param>
    /// <param name="validators">Null asks unconditionally.</param>
    /// <param name="cancellationToken">Ends the request; the feed has then not failed.</param>
    public async Task<FeedAnswer> GetAsync(Uri address, FeedValidators? validators, CancellationToken cancellationToken)
    {
        using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timed.CancelAfter(MaxTime);
        var client = clients.CreateClient(ClientName);
        var current = address;
        try
        {
            for (var redirects = 0; redirects <= MaxRedirects; redirects++)
            {
                using var request = Request(current, validators);
                using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timed.Token);
                if (!Redirects(response))
                    return await AnswerAsync(response, current, timed.Token);
                if (StoryLink.ReadHttp(response.Headers.Location?.OriginalString, current) is not { } next)
                    return new FeedAnswer.Failure("The site redirects to something that is not an http(s) address.");
                current = next;
            }
            return new FeedAnswer.Failure($"The site redirects more than {MaxRedirects} times.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new FeedAnswer.Failure($"The site did not answer completely within {MaxTime.TotalSeconds:0} seconds.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            return new FeedAnswer.Failure(FeedFaults.OfConnection(e, current));
        }
    }

    internal static bool Redirects(HttpResponseMessage response) => response.StatusCode is HttpStatusCode.MovedPermanently
        or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private HttpRequestMessage Request(Uri address, FeedValidators? validators)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("User-Agent", OutboundUserAgent.For(site.Value.PublicUrl));
        request.Headers.TryAddWithoutValidation("Accept", Accepted);
        // As they came: "W/" and all. Many sites compare them as text.
        if (validators?.ETag is { } tag)
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        if (validators?.LastModified is { } modified)
            request.Headers.TryAddWithoutValidation("If-Modified-Since", modified);
        if (validators is null)
            request.Headers.CacheControl = new CacheControlHeaderValue { NoCache = true };
        return request;
    }

    private static async Task<FeedAnswer> AnswerAsync(HttpResponseMessage response, Uri address, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.NotModified)
            return new FeedAnswer.NotModified();
        if (!response.IsSuccessStatusCode)
        {
            var said = await LimitedAsync(response, MaxBytesOfFault, cancellationToken);
            return new FeedAnswer.Failure(FeedFaults.OfStatus(response, said is null ? "" : System.Text.Encoding.UTF8.GetString(said)));
        }
        if (await LimitedAsync(response, MaxBytes, cancellationToken) is not { } body)
            return new FeedAnswer.Failure($"The feed is larger than {MaxBytes / 1024 / 1024} MB: let the site show fewer stories or only summaries.");
        var validators = new FeedValidators(First(response.Headers, "ETag"), First(response.Content.Headers, "Last-Modified"));
        return new FeedAnswer.Content(body, response.Content.Headers.ContentType?.CharSet, address, validators);
    }

    private static string? First(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    /// <summary>Null when there is more than <paramref name="limit"/> bytes after decompression.</summary>
    /// <exception cref="InvalidDataException">The body is not compressed as its Content-Encoding says.</exception>
    private static async Task<byte[]?> LimitedAsync(HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = await ReadAsync(stream, buffer, cancellationToken)) > 0;)
        {
            if (body.Length + read > limit)
                return null;
            body.Write(buffer, 0, read);
        }
        return body.ToArray();
    }

    private static async ValueTask<int> ReadAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(buffer, cancellationToken);
        }
        catch (InvalidOperationException e)
        {
            // What the streams for gzip and deflate call InvalidDataException, BrotliStream calls so.
            throw new InvalidDataException("The body is not Brotli.", e);
        }
    }
}
