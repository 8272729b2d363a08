using Caisson.Dockerfile.Ignore;
using Caisson.Dockerfile.Source;

namespace Caisson.Bench.Dockerfile;

/// <summary>The ignore file over a large tree.</summary>
internal static class IgnoreBenchmark
{
    private const int Parts = 40;
    private const int Packages = 50;
    private const int FilesInEach = 99;

    private static readonly string[] Common =
    [
        ".git", "**/node_modules", "**/*.o", "**/*.tmp", "**/.DS_Store", "dist", "build/**", "*.md", "docs/**/*.html", "**/__pycache__", "**/*.py[co]", ".env*",
        "**/*~", "**/.idea", "**/.vscode", "coverage", "**/*.log", "tmp/*", "vendor/**/testdata", "**/Thumbs.db",
    ];

    public static void Run(int rounds)
    {
        string[] patterns = [.. Common, .. Enumerable.Range(0, 100 - Common.Length).Select(static i => (i % 4) switch { 0 => $"**/*.ext{i}", 1 => $"part{i}/out", 2 => $"**/gen-{i}/**", _ => $"src/*/{i}-*.bin" })];
        IgnoreMatcher matcher = IgnoreFile.Parse(new SourceText(".dockerignore", string.Join('\n', patterns))).Matcher;
        string[] files = [.. Enumerable.Range(0, FilesInEach).Select(static i => $"file{i}.{(i % 7) switch { 0 => "go", 1 => "py", 2 => "txt", 3 => "o", 4 => "md", 5 => "json", _ => "c" }}")];
        Console.WriteLine($"an ignore file of {matcher.Patterns.Length} patterns over {Parts * Packages * (FilesInEach + 1)} paths");
        Measurement.Run("walk", rounds, () => Walk(matcher, files));
        Measurement.Run("path by path", rounds, () => Judge(matcher, files));
        Measurement.Run("walk, all below an excluded directory", rounds, () => Walk(IgnoreMatcher.Create(["src"]), files));
        IgnoreMatcher reaching = IgnoreMatcher.Create([.. patterns, "src", "!src/part3/package3"]);
        Measurement.Run("walk, an exception reaches into it", rounds, () => Walk(reaching, files));
    }

    // As a walk does it: each directory is entered once, and those that need not be entered are not.
    private static long Walk(IgnoreMatcher matcher, string[] files)
    {
        long kept = 0;
        IgnoreDirectory root = matcher.Root.Enter("src");
        for (int part = 0; part < Parts && !root.CanSkip; part++)
        {
            IgnoreDirectory directory = root.Enter($"part{part}");
            for (int package = 0; package < Packages && !directory.CanSkip; package++)
                kept += Count(directory.Enter($"package{package}"), files);
        }
        return kept;
    }

    private static long Count(IgnoreDirectory directory, string[] files)
    {
        long kept = 0;
        foreach (string file in directory.CanSkip ? [] : files)
            kept += directory.Judge(file).IsIgnored ? 0 : 1;
        return kept;
    }

    private static long Judge(IgnoreMatcher matcher, string[] files)
    {
        long kept = 0;
        for (int part = 0; part < Parts; part++)
        {
            for (int package = 0; package < Packages; package++)
            {
                foreach (string file in files)
                    kept += matcher.IsIgnored($"src/part{part}/package{package}/{file}") ? 0 : 1;
            }
        }
        return kept;
    }
}
