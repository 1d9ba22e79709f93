using Newsroom.Backend.Data;

namespace Newsroom.Backend.Tests.Ground;

public sealed class AFaultOfTheDatabase
{
    [Fact]
    public void Is_a_pool_that_has_no_connection_left_and_no_mistake_of_this_program()
    {
        Assert.True(UntilCommitted.IsTheDatabases(new InvalidOperationException("Timeout expired.") { Source = "Microsoft.Data.SqlClient" }));
        Assert.False(UntilCommitted.IsTheDatabases(new InvalidOperationException("Sequence contains no elements") { Source = "System.Linq" }));
    }
}
