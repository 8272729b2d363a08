namespace Caisson.Oci.Layout;

/// <summary>The files of a layout for reading, be it a directory or an archive. Thread-safe.</summary>
internal interface ILayoutFiles
{
    /// <summary>What messages call the layout.</summary>
    string Place { get; }

    /// <summary>The size of a file; null when there is none.</summary>
    /// <exception cref="Model.InvalidImageException">The file is a link that leaves the layout.</exception>
    long? SizeOf(string path);

    /// <summary>Opens a file that exists.</summary>
    Stream Open(string path);
}
