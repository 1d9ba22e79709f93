using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Subscribers;

/// <summary>How many confirmed readers there were at the end of a day, so that a line of ninety days need not count every reader ninety times.</summary>
public sealed class ReaderDay
{
    /// <summary>The newsroom's own day. The present one's row is as of the last count.</summary>
    public required DateOnly On { get; init; }
    public required int Confirmed { get; set; }
}

internal sealed class ReaderDayMapping : IEntityTypeConfiguration<ReaderDay>
{
    public void Configure(EntityTypeBuilder<ReaderDay> builder) => builder.HasKey(d => d.On);
}
