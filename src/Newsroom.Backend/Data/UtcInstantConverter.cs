using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Newsroom.Backend.Data;

/// <summary>
/// Instants are stored as UTC <see cref="DateTime"/>: SQLite keeps a <see cref="DateTimeOffset"/> as text it can neither order nor
/// compare, and an offset carries nothing the newsroom needs (schedules keep their IANA zone beside them).
/// </summary>
public sealed class UtcInstantConverter() : ValueConverter<DateTimeOffset, DateTime>(
    instant => instant.UtcDateTime,
    stored => new DateTimeOffset(DateTime.SpecifyKind(stored, DateTimeKind.Utc)));
