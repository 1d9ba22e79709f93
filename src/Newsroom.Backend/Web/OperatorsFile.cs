using Microsoft.Extensions.Configuration.Json;

namespace Newsroom.Backend.Web;

/// <summary>
/// <c>appsettings.json</c> in the working directory. A null in it leaves the default: .NET 10's binder would set it in the place of a text that no
/// option expects to be null.
/// </summary>
internal sealed class OperatorsFile : JsonConfigurationSource
{
    public override IConfigurationProvider Build(IConfigurationBuilder builder)
    {
        EnsureDefaults(builder);
        return new Provider(this);
    }

    private sealed class Provider(OperatorsFile source) : JsonConfigurationProvider(source)
    {
        public override void Load(Stream stream)
        {
            base.Load(stream);
            foreach (var key in Data.Where(pair => pair.Value is null).Select(pair => pair.Key).ToList())
                Data.Remove(key);
        }
    }
}
