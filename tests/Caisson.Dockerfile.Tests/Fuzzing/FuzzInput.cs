using System.Text;
using System.Text.Json;

namespace Caisson.Dockerfile.Tests.Fuzzing;

/// <summary>Bytes that a failure shows as text.</summary>
/// <param name="Bytes">The bytes.</param>
internal sealed record FuzzInput(byte[] Bytes)
{
    /// <summary>As a string literal; bytes that are no UTF-8 are shown in Latin-1.</summary>
    public override string ToString()
    {
        string text = Encoding.UTF8.GetString(Bytes);
        return Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(Bytes)
            ? JsonSerializer.Serialize(text)
            : "Latin-1 " + JsonSerializer.Serialize(Encoding.Latin1.GetString(Bytes));
    }
}
