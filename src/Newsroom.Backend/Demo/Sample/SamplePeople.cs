using System.Globalization;

namespace Newsroom.Backend.Demo.Sample;

/// <summary>People who do not exist, at addresses that nobody can have (RFC 2606 §3). The same number is always the same person.</summary>
internal static class SamplePeople
{
    private static readonly string[] First =
    [
        "Ada", "Amos", "Beatriz", "Ben", "Carla", "Cyrus", "Dana", "Dmitri", "Edith", "Elias", "Farah", "Finn", "Greta", "Hamid", "Hana", "Ines", "Ivo", "Jonas", "Judith", "Kofi",
        "Lena", "Leo", "Mara", "Milo", "Nadia", "Noor", "Olga", "Oskar", "Petra", "Priya", "Quentin", "Rosa", "Rui", "Sana", "Selma", "Tariq", "Thea", "Uma", "Viktor", "Zoe",
    ];

    private static readonly string[] Last =
    [
        "Abbott", "Almeida", "Bakker", "Blum", "Castell", "Dorn", "Ekström", "Farrow", "Galt", "Hale", "Ibarra", "Jansen", "Keller", "Lindqvist", "Marsh", "Novak", "Okafor", "Pell",
        "Quill", "Rask", "Sorel", "Thorne", "Ueda", "Varga", "Whitlock", "Yilmaz", "Zeller",
    ];

    private static readonly string[] Domains = ["example.org", "example.com", "example.net", "post.example", "mail.example", "harbour.example"];

    public static string Name(int number) => $"{First[number % First.Length]} {Last[number * 7 % Last.Length]}";

    public static string Address(int number)
    {
        var name = Name(number).ToLowerInvariant().Replace("ö", "oe", StringComparison.Ordinal).Replace(' ', '.');
        return string.Create(CultureInfo.InvariantCulture, $"{name}{number}@{Domains[number % Domains.Length]}");
    }
}
