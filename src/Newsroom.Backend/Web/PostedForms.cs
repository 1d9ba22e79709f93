namespace Newsroom.Backend.Web;

public static class PostedForms
{
    /// <summary>
    /// The form in a request's body. No form, or one that cannot be read, is an empty one: for pages that strangers' programs post to, where
    /// the answer to nonsense is that of an empty form and never a fault of ours.
    /// </summary>
    public static async Task<IFormCollection> ReadFormOrEmptyAsync(this HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType)
            return FormCollection.Empty;
        try
        {
            return await request.ReadFormAsync(cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return FormCollection.Empty;
        }
    }
}
