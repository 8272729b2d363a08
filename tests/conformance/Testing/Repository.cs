namespace Caisson.Conformance.Testing;

/// <summary>Where the tests find what they test.</summary>
internal static class Repository
{
    private const string Mark = "Caisson.slnx";

    /// <summary>The top folder of the repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The folder of these tests.</summary>
    public static string Conformance { get; } = Path.Combine(Root, "tests", "conformance");

    /// <summary>What is made of the repository and may be thrown away.</summary>
    public static string Artifacts { get; } = Path.Combine(Root, "artifacts");

    /// <summary>The shipped binary: the one named by the environment variable CAISSON, else that of build.sh.</summary>
    public static string Binary
    {
        get
        {
            string path = Environment.GetEnvironmentVariable("CAISSON") is { Length: > 0 } chosen ? Path.GetFullPath(chosen) : Path.Combine(Artifacts, "caisson");
            Assert.True(File.Exists(path), $"there is no {path}: run ./build.sh first, or name the binary in CAISSON");
            return path;
        }
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, Mark)))
                return directory.FullName;
        }
        throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} holds {Mark}");
    }
}
