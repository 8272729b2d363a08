using System.Text.RegularExpressions;
using Caisson.Conformance.Testing;

namespace Caisson.Conformance.Catalog;

/// <summary>The cases of the folder <c>cases</c>.</summary>
/// <remarks>The environment variable CAISSON_CONFORMANCE_CASES, a regular expression, leaves out those whose name does not match: to work on a few.</remarks>
internal static class CaseCatalog
{
    private static readonly string Folder = Path.Combine(Repository.Conformance, "cases");
    private static readonly string PendingList = Path.Combine(Repository.Conformance, "pending.txt");

    /// <summary>All of them by name, the pending ones too.</summary>
    public static IReadOnlyDictionary<string, Case> Everything { get; } = Read().ToDictionary(static c => c.Name, StringComparer.Ordinal);

    /// <summary>Names of cases that Caisson is known to fail: each stands on a line of <c>pending.txt</c>, with the reason after it.</summary>
    public static IReadOnlySet<string> Pending { get; } =
        File.ReadLines(PendingList).Where(static line => line is not ("" or ['#', ..])).Select(static line => line.Split(' ')[0]).ToHashSet(StringComparer.Ordinal);

    /// <summary>Whether only a part of the cases has been asked for.</summary>
    public static bool IsPart => Pattern is not null;

    private static string? Pattern => Environment.GetEnvironmentVariable("CAISSON_CONFORMANCE_CASES") is { Length: > 0 } pattern ? pattern : null;

    private static IEnumerable<Case> Read() =>
        from area in Directory.EnumerateDirectories(Folder).Order(StringComparer.Ordinal)
        from path in Directory.EnumerateDirectories(area).Order(StringComparer.Ordinal)
        let name = Path.GetRelativePath(Folder, path)
        where Pattern is null || Regex.IsMatch(name, Pattern)
        select new Case(name, path);
}
