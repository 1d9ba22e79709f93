using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Newsroom.Backend.Web.StaffPages;

/// <summary>One sentence on the page that comes after a form: what was done, or why nothing was.</summary>
public static class Toasts
{
    internal const string Key = "toast";

    public static void Toast(this PageModel page, string sentence) => page.TempData[Key] = sentence;
}
