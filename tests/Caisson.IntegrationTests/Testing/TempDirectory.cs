using Caisson.Linux.Files;

namespace Caisson.IntegrationTests.Testing;

/// <summary>A directory of its own for a test, removed afterwards with whatever is in it.</summary>
internal sealed class TempDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("caisson-integration-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Lets every user of the machine in.</summary>
    public TempDirectory OpenToAll()
    {
        System.IO.File.SetUnixFileMode(Path, (UnixFileMode)0b111_101_101);
        return this;
    }

    /// <summary>Makes a directory in it.</summary>
    public string Make(string name) => Directory.CreateDirectory(this[name]).FullName;

    /// <summary>Writes a file in it, with the directories above.</summary>
    public TempDirectory File(string name, string content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!); // what is in a directory has one above it
        System.IO.File.WriteAllText(this[name], content);
        return this;
    }

    public void Dispose() => DirectoryRemoval.Remove(Path);
}
