using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Demo.Sample;

/// <summary>Takes a whole demo away: its database, captured mail, and what the stand-ins remember. Only its mail key stays: it is nobody's data, and every start needs one.</summary>
internal sealed class ClearDemo(IConfiguration configuration, IOptions<DatabaseOptions> database, IOptions<DemoOptions> demo, OneServerLock serving)
{
    private static readonly string[] Remembered = ["sample-feed.json", "practice-stripe.json"];

    /// <returns>What was deleted; empty when there was nothing.</returns>
    /// <exception cref="StartFaultException">The demo is being served.</exception>
    public IReadOnlyList<string> Run()
    {
        if (database.Value.Provider != DatabaseProvider.Sqlite)
            throw new StartFaultException("A demo's database is SQLite; this one is a server's, and is left alone. Drop it there.");
        serving.Take();
        var file = new SqliteConnectionStringBuilder(DatabaseOptions.SqliteConnectionString(configuration)).DataSource;
        SqliteConnection.ClearAllPools();
        string[] files = [file, file + "-wal", file + "-shm", .. Remembered.Select(name => Path.Combine(demo.Value.Folder, name))];
        var gone = files.Where(File.Exists).ToList();
        gone.ForEach(File.Delete);
        var mail = Path.Combine(demo.Value.Folder, "mail");
        if (Directory.Exists(mail))
        {
            Directory.Delete(mail, recursive: true);
            gone.Add(mail);
        }
        return gone;
    }
}
