namespace Newsroom.Backend.Mail;

/// <summary>Mails of one lane never wait for those of another.</summary>
public enum MailLane
{
    /// <summary>A digest of a newsletter: many, and none of them urgent.</summary>
    Digest,

    /// <summary>A digest of a newsletter for breaking news.</summary>
    Breaking,

    /// <summary>Confirmations, receipts, staff's own: somebody is waiting.</summary>
    Transactional,
}
