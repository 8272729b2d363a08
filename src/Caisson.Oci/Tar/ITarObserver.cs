namespace Caisson.Oci.Tar;

/// <summary>Told by <see cref="TarWriter"/> where in its output things begin: whenever it is called, everything before has been written there.</summary>
internal interface ITarObserver
{
    /// <summary>The headers of an entry follow.</summary>
    void BeginEntry(TarEntry entry);

    /// <summary>The content of that entry follows; not called when there is none.</summary>
    void BeginContent();

    /// <summary>The content is over; padding and the next entry follow.</summary>
    void EndContent();
}
