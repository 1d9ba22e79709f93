using Microsoft.AspNetCore.Http.Metadata;

namespace Newsroom.Backend.Mail.Bounces;

/// <summary>An endpoint's own limit, over the server's.</summary>
internal sealed class RequestSizeLimit(long most) : IRequestSizeLimitMetadata
{
    public long? MaxRequestBodySize => most;
}

internal static class BoundedBody
{
    /// <summary>The bytes as they came: a signature is over these and no others. Null when there are more than <paramref name="most"/>.</summary>
    public static async Task<byte[]?> ReadAsync(HttpRequest request, int most, CancellationToken cancellationToken)
    {
        if (request.ContentLength > most)
            return null;
        using var body = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (body.Length + read > most)
                return null;
            body.Write(chunk, 0, read);
        }
        return body.ToArray();
    }
}
