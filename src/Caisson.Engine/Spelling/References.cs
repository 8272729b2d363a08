using Caisson.Oci.Model;

namespace Caisson.Engine.Spelling;

/// <summary>Names of images on the command line.</summary>
public static class References
{
    /// <summary>Reads one.</summary>
    /// <exception cref="UsageException">The text is none.</exception>
    public static Reference Parse(string text) => Reference.TryParse(text, out Reference? reference, out string? problem) ? reference : throw new UsageException(problem);
}
