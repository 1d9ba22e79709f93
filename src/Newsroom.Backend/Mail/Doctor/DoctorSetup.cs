using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Mail.Doctor;

public static class DoctorSetup
{
    public static IServiceCollection AddDoctor(this IServiceCollection services)
    {
        services.AddOptions<DoctorOptions>().BindConfiguration(DoctorOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<DoctorOptions>, DoctorOptionsRules>();
        services.AddSingleton<IValidateOptions<MailOptions>, DkimNextRules>();
        services.AddHttpClient(OneClickCheck.ClientName)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        services.AddMailTemplate(SendTestMail.Template, SendTestMail.Sample);
        services.AddScoped<DoctorDns>().AddScoped<SendingAddresses>().AddScoped<DmarcTree>().AddScoped<PublishedKeys>().AddScoped<SampleMail>().AddScoped<SiteCheck>();
        // In the order of the report.
        services.AddScoped<ICheck, RelayCheck>().AddScoped<ICheck, SpfCheck>().AddScoped<ICheck, DkimCheck>().AddScoped<ICheck, DmarcCheck>();
        services.AddScoped<ICheck, PtrCheck>().AddScoped<ICheck, MxCheck>().AddScoped<ICheck, OneClickCheck>().AddScoped<ICheck, SampleCheck>();
        services.AddScoped<WatchDns>().AddHostedService<WatchDnsDaily>();
        return services.AddScoped<Examine>().AddScoped<SendTestMail>().AddScoped<TestMailbox>().AddScoped<MakeDkimKey>().AddScoped<CheckDkimKey>();
    }
}
