using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.KeyPerFile;
using Microsoft.Extensions.Configuration.Memory;
using Newsroom.Backend.Web.Details;

namespace Newsroom.Backend.Staff.House;

/// <summary>Where a setting was read, in words by which a person finds the place.</summary>
internal static class SettingPlace
{
    public static string Of(IConfiguration configuration, string key)
    {
        var provider = (configuration as IConfigurationRoot)?.Providers.Reverse().FirstOrDefault(p => p.TryGet(key, out _));
        return provider switch
        {
            null => "default",
            StoredSettingsProvider => "the newsroom's details page",
            JsonConfigurationProvider json => json.Source.FileProvider?.GetFileInfo(json.Source.Path ?? "").PhysicalPath ?? json.Source.Path ?? "a file",
            EnvironmentVariablesConfigurationProvider => "environment: " + key.Replace(":", "__", StringComparison.Ordinal),
            KeyPerFileConfigurationProvider => "secret file: " + key.Replace(":", "__", StringComparison.Ordinal),
            CommandLineConfigurationProvider => "command line: --" + key,
            MemoryConfigurationProvider => "demo mode, until you set it",
            _ => "the host",
        };
    }
}
