namespace Caisson.Cli.Tests.Testing;

/// <summary>The work tree that the tests are part of.</summary>
internal static class Repository
{
    /// <summary>Its root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Whether files that are made of the code are to be written anew instead of compared.</summary>
    public static bool Updates => Environment.GetEnvironmentVariable("CAISSON_UPDATE_DOCS") == "1";

    public static string At(string path) => Path.Combine(Root, path);

    /// <summary>Fails when a file is not what the code says; or writes it.</summary>
    public static void RequireCurrent(string path, string content)
    {
        if (Updates)
            File.WriteAllText(At(path), content);
        string found = File.Exists(At(path)) ? File.ReadAllText(At(path)) : "";
        Assert.True(found == content, $"{path} is not what the code says. To write it anew: CAISSON_UPDATE_DOCS=1 dotnet test --project tests/Caisson.Cli.Tests\n{FirstDifference(found, content)}");
    }

    private static string FirstDifference(string found, string expected)
    {
        string[] before = found.Split('\n');
        string[] after = expected.Split('\n');
        int line = before.Zip(after).TakeWhile(static p => p.First == p.Second).Count();
        return $"line {line + 1} is:        {before.ElementAtOrDefault(line)}\nline {line + 1} should be: {after.ElementAtOrDefault(line)}";
    }

    private static string FindRoot()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Caisson.slnx")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("the tests are not inside the work tree");
    }
}
