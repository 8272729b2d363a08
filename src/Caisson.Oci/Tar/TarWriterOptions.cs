namespace Caisson.Oci.Tar;

/// <summary>How <see cref="TarWriter"/> writes.</summary>
public sealed record TarWriterOptions
{
    /// <summary>
    /// Whether times keep their fraction of a second, in a PAX header. Off, they are rounded down to whole seconds, as in the
    /// layers of Docker and BuildKit.
    /// </summary>
    public bool SubSecondTimes { get; init; }

    /// <summary>Told where entries and contents begin; null for nobody.</summary>
    internal ITarObserver? Observer { get; init; }
}
