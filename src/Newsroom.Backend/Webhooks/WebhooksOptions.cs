namespace Newsroom.Backend.Webhooks;

/// <summary>Section <c>Webhooks</c>.</summary>
public sealed class WebhooksOptions
{
    public const string Section = "Webhooks";

    /// <summary>True lets webhooks go to private addresses, and over plain HTTP to this machine.</summary>
    public bool AllowPrivateNetworks { get; set; }
}
