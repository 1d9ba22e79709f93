namespace Newsroom.Backend.Subscribers.Staff;

internal static class StaffPagesSetup
{
    /// <summary>What staff's pages about readers read and write with.</summary>
    public static IServiceCollection AddStaffPages(this IServiceCollection services) =>
        services.AddScoped<FindReaders>().AddScoped<OpenReader>().AddScoped<MailsOfReader>();
}
