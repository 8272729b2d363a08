namespace Caisson.Oci.Images;

/// <summary>No image answers to a name in the place that was asked.</summary>
public sealed class ImageNotFoundException : Exception
{
    /// <summary>Says which name, where, and why.</summary>
    public ImageNotFoundException(string message)
        : base(message)
    {
    }

    /// <summary>Says which name, where, and why, and keeps what found it.</summary>
    public ImageNotFoundException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
