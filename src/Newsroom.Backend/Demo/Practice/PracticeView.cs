using System.Globalization;
using System.Text.Json.Nodes;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Demo.Practice;

/// <summary>What the practice pages say about Stripe's objects.</summary>
internal static class PracticeView
{
    private static readonly CultureInfo Culture = CultureInfo.GetCultureInfo("en-US");

    public static string Text(JsonNode? from, params string[] path) => PracticeStore.Text(from, path) ?? "";

    public static string Amount(JsonObject of, string property = "amount")
    {
        var currency = Currency.Parse(Text(of, "currency"));
        return new Money(currency.FromStripe(PracticeStore.Number(of, property)), currency).Format(Culture);
    }

    public static bool Is(JsonObject of, string property) => of[property]!.GetValue<bool>();

    public static bool IsByCard(JsonObject charge) => Text(charge, "payment_method_details", "type") == "card";

    public static bool Any(JsonObject of, string property) => PracticeStore.Number(of, property) > 0;

    public static string When(JsonNode? seconds, TimeZoneInfo zone) => seconds is null
        ? ""
        : TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(seconds.GetValue<long>()), zone).ToString("MMM d, HH:mm:ss", Culture);

    public static string Day(JsonNode? seconds, TimeZoneInfo zone) => seconds is null
        ? ""
        : TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(seconds.GetValue<long>()), zone).ToString("MMM d, yyyy", Culture);

    /// <summary>"tried twice".</summary>
    public static string Tries(JsonObject invoice) => PracticeStore.Number(invoice, "attempt_count") switch
    {
        0 => "not tried yet",
        1 => "tried once",
        2 => "tried twice",
        var tries => $"tried {tries} times",
    };

    /// <summary>"$10.00 a month".</summary>
    public static string Rate(JsonObject plan)
    {
        var item = plan["items"]!["data"]![0]!.AsObject();
        var price = item["price"]!.AsObject();
        return $"{Amount(price, "unit_amount")} a {Text(price, "recurring", "interval")}";
    }
}
