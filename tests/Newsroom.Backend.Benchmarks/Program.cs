using Newsroom.Backend.Benchmarks;

// The figures of the README. In Release, on an otherwise idle machine:
// dotnet run -c Release --project tests/Newsroom.Backend.Benchmarks -- sign-up
switch (args)
{
    case ["sign-up"]:
        return await SignUpBench.RunAsync();
    case ["import"]:
        return await ImportBench.RunAsync();
    case [BareEndpoint.Verb, var url, var file]:
        await BareEndpoint.RunAsync(url, file);
        return 0;
    default:
        Console.Error.WriteLine("Name a benchmark: sign-up or import.");
        return 2;
}
