// One use each that the direction of dependencies forbids, in namespaces that stand for the program's.
#pragma warning disable IDE0130, IDE0161, CA1852
namespace Newsroom.Backend.Tests.Ground.BreakingTheRules.Data
{
    internal sealed class ReachesUp
    {
        public static int In_a_lambdas_instruction(IEnumerable<object> objects) => objects.Count(o => o is Backend.Digests.Digest);
    }
}

namespace Newsroom.Backend.Tests.Ground.BreakingTheRules.Primitives
{
    internal sealed class ReachesOut
    {
        public static Hangfire.GlobalConfiguration? In_a_signature() => null;
    }
}

namespace Newsroom.Backend.Tests.Ground.BreakingTheRules.Stories
{
    internal sealed class TakesMoney
    {
        public List<Stripe.Charge?[]>? InAFieldsTypeArgument { get; set; }
    }

    internal sealed class KnowsDemo
    {
        public static async Task<bool> In_an_asynchronous_method(Microsoft.AspNetCore.Builder.WebApplicationBuilder builder)
        {
            await Task.Yield();
            return Backend.Demo.DemoSetup.IsDemo(builder);
        }
    }
}
