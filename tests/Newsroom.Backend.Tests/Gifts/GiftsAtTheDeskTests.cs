namespace Newsroom.Backend.Tests.Gifts;

public sealed class GiftsAtTheStaffsDesk
{
    [Fact]
    public async Task Are_listed_found_and_shown_with_all_that_happened()
    {
        await using var app = await GivingApp.StartAsync(NewsroomApp.WithAdministrator());
        var gift = await app.BookedAsync();
        var staff = await app.Newsroom.AdministratorAsync();
        var list = await staff.ReadAsync("/staff/donations?status=Succeeded&frequency=Once");
        Assert.Contains("/staff/donations/" + gift.PublicId, list, StringComparison.Ordinal);
        Assert.Contains("No gift fits", await staff.ReadAsync("/staff/donations?address=nobody@donor.example"), StringComparison.Ordinal);
        Assert.Contains(gift.PublicId, await staff.ReadAsync("/staff/donations?address=" + Uri.EscapeDataString(gift.Address.ToUpperInvariant())), StringComparison.Ordinal);

        var page = await staff.ReadAsync("/staff/donations/" + gift.PublicId);
        foreach (var word in new[] { "form filled in", "paid", "Stripe told us", "receipt", "booked" })
            Assert.Contains(word, page, StringComparison.Ordinal);
        await staff.SubmitAsync("/staff/donations/" + gift.PublicId, "");
        Assert.Contains("Stripe was asked", await staff.ReadAsync("/staff/donations/" + gift.PublicId), StringComparison.Ordinal);
        Assert.Contains("Gifts this month, USD", await staff.ReadAsync("/staff"), StringComparison.Ordinal);
    }
}
