using System.Text;
using Caisson.Linux.Processes;

namespace Caisson.Linux.Tests.Testing;

/// <summary>Keeps what a process writes.</summary>
/// <param name="seen">Called with all that a stream held, whenever there is more.</param>
internal sealed class Collector(Action<string>? seen = null) : IProcessOutput
{
    private readonly MemoryStream[] _streams = [new(), new()];

    public void Write(OutputStream stream, ReadOnlySpan<byte> bytes)
    {
        _streams[(int)stream].Write(bytes);
        seen?.Invoke(Text(stream));
    }

    public byte[] Bytes(OutputStream stream) => _streams[(int)stream].ToArray();

    public string Text(OutputStream stream) => Encoding.UTF8.GetString(Bytes(stream));
}
