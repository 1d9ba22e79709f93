using Newsroom.Backend.Benchmarks;

switch (args)
{
    case ["import"]:
        return await ImportBench.RunAsync();
    default:
        Console.Error.WriteLine("Name a benchmark: import.");
        return 2;
}
