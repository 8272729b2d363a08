namespace Caisson.Oci.Contents;

/// <summary>Told of each regular file that a layer hides.</summary>
internal interface IHiddenFiles
{
    /// <summary>A file has lost its last name.</summary>
    /// <param name="path">That name.</param>
    /// <param name="hidden">The file.</param>
    /// <param name="layer">The layer that hides it.</param>
    /// <param name="by">What stands in its place; null when it was deleted.</param>
    void Hidden(string path, FileFacts hidden, int layer, FileFacts? by);
}
