namespace Newsroom.Backend.Newsletters;

public static class NewslettersSetup
{
    public static IServiceCollection AddNewsletters(this IServiceCollection services) => services.AddScoped<AddNewsletter>().AddScoped<EditNewsletter>();

    public static WebApplication MapNewsletters(this WebApplication app)
    {
        NewslettersApi.Map(app);
        return app;
    }
}
