namespace Newsroom.Backend.Demo.Sample;

/// <summary>How much a demo is filled with.</summary>
/// <param name="Readers">Addresses, in all states.</param>
/// <param name="Digests">Sent ones.</param>
/// <param name="Gifts">Paid ones, those of regular gifts among them.</param>
/// <param name="DigestsWithRows">Of the digests the newest so many have a row for each reader; of the others only the ledger's sums are kept.</param>
public sealed record SampleSize(int Readers, int Digests, int Gifts, int DigestsWithRows)
{
    /// <summary>A small newsroom after a year and a half.</summary>
    public static SampleSize Usual { get; } = new(1_240, 9, 86, 9);

    /// <summary>What the staff pages are measured with.</summary>
    public static SampleSize Large { get; } = new(200_000, 500, 50_000, 3);
}
