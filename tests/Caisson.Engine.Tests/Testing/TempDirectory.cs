using Caisson.Linux.Files;

namespace Caisson.Engine.Tests.Testing;

/// <summary>A directory of its own for a test, removed afterwards with whatever is in it.</summary>
internal sealed class TempDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("caisson-engine-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => DirectoryRemoval.Remove(Path);
}
