using Newsroom.Backend.Data;

namespace Newsroom.Backend.Newsletters;

/// <summary>What readers may sign up for.</summary>
internal static class Offer
{
    /// <summary>In the order of their making.</summary>
    public static IQueryable<Newsletter> NewslettersOnOffer(this NewsroomDb db) => db.Newsletters.Where(n => !n.IsClosed).OrderBy(n => n.Id);

    /// <summary>What a reader gets who chooses none: the default ones, or all where none is one.</summary>
    public static List<Newsletter> WithoutChoice(IReadOnlyList<Newsletter> onOffer)
    {
        var defaults = onOffer.Where(n => n.IsDefault).ToList();
        return defaults.Count > 0 ? defaults : [.. onOffer];
    }
}
