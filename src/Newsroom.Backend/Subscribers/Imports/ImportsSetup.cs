using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;

namespace Newsroom.Backend.Subscribers.Imports;

internal static class ImportsSetup
{
    public static IServiceCollection AddImports(this IServiceCollection services)
    {
        services.AddScoped<ImportReaders>().AddScoped<ImportBatch>().AddScoped<UndoImport>().AddScoped<ImportList>().AddScoped<ReadImport>();
        services.AddScoped<UploadedFiles>().AddScoped<TakeList>().AddScoped<CheckList>().AddScoped<BringListIn>().AddScoped<ThrowListAway>().AddScoped<RunList>();
        services.AddScoped<AskUndo>().AddScoped<UndoAsked>().AddScoped<IPersonalData, ListPersonalData>();
        services.AddRecurringJob<TendImports>("subscribers.tend-imports", Timetable.EveryMinute, Queues.Bulk, j => j.RunAsync(CancellationToken.None), atStart: true);
        return services.AddRetentionRule("A list of readers that staff uploaded to bring in", "to check it before anybody is added", $"{UploadedList.KeptFor.Days} days");
    }
}
