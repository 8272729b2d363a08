using System.Diagnostics;

namespace Caisson.Linux.Tests.Testing;

/// <summary>A directory of its own for a test, removed afterwards with whatever is in it.</summary>
internal sealed class TempDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("caisson-linux-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Make(string name) => Directory.CreateDirectory(this[name]).FullName;

    // By rm and not by .NET, which cannot name every file that Linux can have.
    public void Dispose()
    {
        using Process rm = Process.Start("rm", ["-rf", "--one-file-system", "--", Path]);
        rm.WaitForExit();
    }
}
