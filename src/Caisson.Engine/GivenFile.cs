namespace Caisson.Engine;

/// <summary>A small file that the caller holds: a Dockerfile, or an ignore file.</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Content">Its text, as UTF-8.</param>
public sealed record GivenFile(string Name, ReadOnlyMemory<byte> Content);
