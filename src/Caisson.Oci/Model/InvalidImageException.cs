namespace Caisson.Oci.Model;

/// <summary>An image, or a document of one, breaks its specification. The message is a fact that fits after "…: ".</summary>
public sealed class InvalidImageException : Exception
{
    /// <summary>Says what is wrong.</summary>
    public InvalidImageException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong and keeps what found it.</summary>
    public InvalidImageException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
