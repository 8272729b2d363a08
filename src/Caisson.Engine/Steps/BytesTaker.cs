namespace Caisson.Engine.Steps;

/// <summary>Takes bytes, which are valid during the call only.</summary>
internal delegate void BytesTaker(ReadOnlySpan<byte> bytes);
