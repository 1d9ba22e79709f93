namespace Newsroom.Backend.Tests;

/// <summary>Tests that measure time: no other test runs beside them.</summary>
[CollectionDefinition(nameof(Undisturbed), DisableParallelization = true)]
public sealed class Undisturbed;
