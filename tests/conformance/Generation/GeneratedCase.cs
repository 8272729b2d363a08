using System.Collections.Immutable;

namespace Caisson.Conformance.Generation;

/// <summary>A case in parts, each of which can be left out.</summary>
/// <param name="Instructions">The Dockerfile's lines after FROM.</param>
/// <param name="Script">The lines of <c>setup.sh</c> that fill the context.</param>
/// <param name="Ignored">The lines of <c>.dockerignore</c>; none for no such file.</param>
internal sealed record GeneratedCase(ImmutableArray<string> Instructions, ImmutableArray<string> Script, ImmutableArray<string> Ignored)
{
    private const string FlagPrefix = "--";

    public string Dockerfile => Lines(["FROM base", .. Instructions]);

    public string Setup => Lines(["cd context", .. Script, .. Ignored.IsEmpty ? ImmutableArray<string>.Empty : ["cat > .dockerignore <<'end'", .. Ignored, "end"]]);

    /// <summary>Writes it into a folder, as a case.</summary>
    public void Write(string path)
    {
        Directory.CreateDirectory(Path.Combine(path, "context"));
        File.WriteAllText(Path.Combine(path, "Dockerfile"), Dockerfile);
        File.WriteAllText(Path.Combine(path, "setup.sh"), Setup);
    }

    /// <summary>The cases with one part less, those that lack most first.</summary>
    public IEnumerable<GeneratedCase> Smaller() =>
    [
        .. Without(Instructions).Select(left => this with { Instructions = left }),
        .. Without(Ignored).Select(left => this with { Ignored = left }),
        .. Instructions.SelectMany((line, i) => SmallerLines(line).Select(smaller => this with { Instructions = Instructions.SetItem(i, smaller) })),
        .. Without(Script).Select(left => this with { Script = left }),
    ];

    private static IEnumerable<ImmutableArray<string>> Without(ImmutableArray<string> lines) => Enumerable.Range(0, lines.Length).Select(lines.RemoveAt);

    // Without one flag, or without one of several sources: the keyword stays in front, a source and the destination behind.
    private static IEnumerable<string> SmallerLines(string line)
    {
        string[] words = line.Split(' ');
        int sources = words.Skip(1).Count(static word => !IsFlag(word)) - 1;
        return Enumerable.Range(1, words.Length - 1)
            .Where(i => IsFlag(words[i]) || (sources > 1 && i < words.Length - 1))
            .Select(i => string.Join(' ', words.Where((_, place) => place != i)));
    }

    private static bool IsFlag(string word) => word.StartsWith(FlagPrefix, StringComparison.Ordinal);

    private static string Lines(IEnumerable<string> lines) => string.Concat(lines.Select(static line => line + "\n"));
}
