using System.Text.RegularExpressions;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>Tells packages by the addresses that package managers fetch them from, as package URLs.</summary>
/// <remarks>https://github.com/package-url/purl-spec (PURL-TYPES). What an address says is the word of who serves it; signed indexes say more.</remarks>
internal static partial class PackageNames
{
    /// <summary>The package behind an address; null when it is none that is known.</summary>
    public static string? Of(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri))
            return null;
        string path = Uri.UnescapeDataString(uri.AbsolutePath);
        if (Debian().Match(path) is { Success: true } deb)
            return $"pkg:deb/{(path.Contains("/ubuntu/", StringComparison.Ordinal) ? "ubuntu" : "debian")}/{deb.Groups[1].Value}@{Escape(deb.Groups[2].Value)}?arch={deb.Groups[3].Value}";
        if (Go().Match(path) is { Success: true } go)
            return $"pkg:golang/{Unfold(go.Groups[1].Value)}@{Escape(Unfold(go.Groups[2].Value))}";
        if (Npm().Match(path) is { Success: true } npm)
            return $"pkg:npm/{npm.Groups[1].Value.Replace("@", "%40", StringComparison.Ordinal)}@{Escape(npm.Groups[2].Value)}";
        if (Wheel().Match(path) is { Success: true } wheel)
            return $"pkg:pypi/{wheel.Groups[1].Value.ToLowerInvariant().Replace('_', '-')}@{Escape(wheel.Groups[2].Value)}";
        if (Sdist().Match(path) is { Success: true } sdist)
            return $"pkg:pypi/{sdist.Groups[1].Value.ToLowerInvariant().Replace('_', '-')}@{Escape(sdist.Groups[2].Value)}";
        if (Alpine().Match(path) is { Success: true } apk)
            return $"pkg:apk/alpine/{apk.Groups[2].Value}@{Escape(apk.Groups[3].Value)}?arch={apk.Groups[1].Value}";
        return Rpm().Match(path) is { Success: true } rpm ? $"pkg:rpm/{rpm.Groups[1].Value}@{Escape(rpm.Groups[2].Value)}?arch={rpm.Groups[3].Value}" : null;
    }

    /// <summary>A version as it stands in a package URL.</summary>
    public static string Escape(string version) => Uri.EscapeDataString(version).Replace("%3A", ":", StringComparison.Ordinal);

    // The module proxy writes capital letters as "!" and the small one.
    private static string Unfold(string text) => Fold().Replace(text, static m => m.Groups[1].Value.ToUpperInvariant());

    [GeneratedRegex(@"/([a-z0-9][a-z0-9+.-]+)_([^/_]+)_([a-z0-9-]+)\.u?deb$", RegexOptions.NonBacktracking)]
    private static partial Regex Debian();

    [GeneratedRegex(@"^/(?:.*?/)?([^/]+\.[^/]+(?:/[^@]+)?)/@v/([^/]+)\.(?:zip|mod)$", RegexOptions.NonBacktracking)]
    private static partial Regex Go();

    [GeneratedRegex(@"/((?:@[^/]+/)?[^/@]+)/-/[^/]+?-([0-9][^/]*)\.tgz$", RegexOptions.NonBacktracking)]
    private static partial Regex Npm();

    [GeneratedRegex(@"/([A-Za-z0-9_.]+)-([^/-]+)(?:-[^/-]+)?-[^/-]+-[^/-]+-[^/-]+\.whl$", RegexOptions.NonBacktracking)]
    private static partial Regex Wheel();

    [GeneratedRegex(@"/packages/.*/([A-Za-z0-9_.-]+)-([0-9][^/-]*)\.tar\.gz$", RegexOptions.NonBacktracking)]
    private static partial Regex Sdist();

    [GeneratedRegex(@"/(x86_64|aarch64|armhf|armv7|x86|ppc64le|s390x|riscv64)/([a-z0-9][A-Za-z0-9+._-]*)-([0-9][^/-]*-r[0-9]+)\.apk$", RegexOptions.NonBacktracking)]
    private static partial Regex Alpine();

    [GeneratedRegex(@"/([A-Za-z0-9+._-]+)-([^/-]+-[^/-]+)\.([a-z0-9_]+)\.rpm$", RegexOptions.NonBacktracking)]
    private static partial Regex Rpm();

    [GeneratedRegex("!([a-z])", RegexOptions.NonBacktracking)]
    private static partial Regex Fold();
}
