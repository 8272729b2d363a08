namespace Caisson.Engine;

/// <summary>How a base image says which packages it was made of.</summary>
public static class BasePackages
{
    /// <summary>Annotation of the manifest: <c>name=version</c>, separated by blanks, in ordinal order.</summary>
    public const string Annotation = "io.caisson.base.packages";
}
