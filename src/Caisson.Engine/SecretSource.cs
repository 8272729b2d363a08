namespace Caisson.Engine;

/// <summary>Where the content of a secret comes from. It is read when something needs it, and goes nowhere but there.</summary>
public abstract record SecretSource
{
    private SecretSource()
    {
    }

    /// <summary>A file of this machine: a regular one, or a pipe, which is read once.</summary>
    /// <param name="Path">Its path.</param>
    public sealed record File(string Path) : SecretSource;

    /// <summary>Bytes that the caller holds, such as those of an environment variable. No text of this record shows them.</summary>
    /// <param name="Content">The bytes.</param>
    public sealed record Bytes(ReadOnlyMemory<byte> Content) : SecretSource;
}
