using Caisson.Linux.Files;

namespace Caisson.Engine.Tests.Testing;

/// <summary>A directory of its own for a test, removed afterwards with whatever is in it.</summary>
internal sealed class TempDirectory : IDisposable
{
    public TempDirectory() => Path = Directory.CreateTempSubdirectory("caisson-engine-").FullName;

    /// <param name="parent">Where it is made.</param>
    public TempDirectory(string parent) => Path = Directory.CreateDirectory(System.IO.Path.Combine(parent, "caisson-engine-" + System.IO.Path.GetRandomFileName())).FullName;

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => DirectoryRemoval.Remove(Path);
}
