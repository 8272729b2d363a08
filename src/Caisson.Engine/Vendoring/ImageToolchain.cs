using System.Text;
using Caisson.Oci.Contents;
using Caisson.Oci.Images;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Vendoring;

/// <summary>Finds out which Go is in an image, without running anything of it.</summary>
internal static class ImageToolchain
{
    private const int MaxFileBytes = 64 << 20;
    private const string VersionFile = "VERSION";
    private const string DebianStatus = "var/lib/dpkg/status";
    private const string AlpineInstalled = "lib/apk/db/installed";

    // The first is where the Go project's own archives and images have it, which stands before the distribution's in their PATH.
    private static readonly string[] Programs = ["usr/local/go/bin/go", "usr/local/bin/go", "usr/bin/go", "bin/go"];

    /// <summary>The version of the Go that an image has.</summary>
    /// <param name="image">The image.</param>
    /// <param name="name">How it was named.</param>
    /// <param name="decoders">How compressed layers are opened.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The version, and where it was read.</returns>
    /// <exception cref="BuildException">There is none.</exception>
    public static async Task<(GoVersion Version, string Where)> ReadAsync(Image image, string name, DecompressionOptions decoders, CancellationToken ct)
    {
        ImageFiles files = await ImageFiles.ReadAsync(image, IsWanted, MaxFileBytes, decoders, ct).ConfigureAwait(false);
        return OfProgram(files) ?? OfVersionFiles(files) ?? OfDebian(files) ?? OfAlpine(files)
            ?? throw new BuildException(EngineCodes.ToolchainUnknown, $"{name} has no Go that can be found", "name the toolchain with --toolchain go1.15.9; where a step installs it, apt-cache policy golang-go says which");
    }

    private static bool IsWanted(string path) =>
        Programs.Contains(path) || path is "bin" or "lib" or "usr/local/go" or "usr/lib/go" or DebianStatus or AlpineInstalled or "usr/lib/apk/db/installed"
        || (path.EndsWith("/" + VersionFile, StringComparison.Ordinal) && path.Split('/') is ["usr", "local", "go", _] or ["usr", "lib" or "share", _, _])
        || (path.StartsWith("usr/lib/go", StringComparison.Ordinal) && path.Split('/').Length == 3);

    // The program's directory is ROOT/bin, and ROOT/VERSION says what it is.
    private static (GoVersion Version, string Where)? OfProgram(ImageFiles files)
    {
        HashSet<string> paths = [.. files.Paths];
        foreach (string program in Programs.Where(p => paths.Contains(p) || p.StartsWith("usr/local/go/", StringComparison.Ordinal)))
        {
            if (files.Resolve(program) is { } real && Read(files, $"{real}/../../{VersionFile}") is { } version)
                return (version, "/" + files.Resolve($"{real}/../../{VersionFile}"));
        }
        return null;
    }

    // Several are there: the newest is what a toolchain is mostly added for.
    private static (GoVersion Version, string Where)? OfVersionFiles(ImageFiles files) =>
        files.Paths.Where(static p => p.EndsWith("/" + VersionFile, StringComparison.Ordinal)).Select(p => (Version: Read(files, p), Where: "/" + p))
            .Where(static f => f.Version is not null).OrderByDescending(static f => f.Version)
            .Select(static f => ((GoVersion, string)?)(f.Version!, f.Where)).FirstOrDefault(); // not null: filtered just before

    private static GoVersion? Read(ImageFiles files, string path)
    {
        string? text = files.Find(path) is { } content ? Encoding.UTF8.GetString(content.Span) : null;
        // Since Go 1.21 a second line has the time.
        return text?.Split('\n')[0] is { } first && first.StartsWith("go", StringComparison.Ordinal) && GoVersion.TryParseToolchain(first, out GoVersion? version) ? version : null;
    }

    // "golang-1.15-go", version "1.15.9-6".
    private static (GoVersion Version, string Where)? OfDebian(ImageFiles files)
    {
        IEnumerable<(string Package, string Version)> packages = Paragraphs(files, DebianStatus, "Package: ", "Version: ");
        return Newest(packages.Where(static p => p.Package.StartsWith("golang-1.", StringComparison.Ordinal) && p.Package.EndsWith("-go", StringComparison.Ordinal)), "/" + DebianStatus);
    }

    private static (GoVersion Version, string Where)? OfAlpine(ImageFiles files)
    {
        string path = files.Find(AlpineInstalled) is null ? "usr/" + AlpineInstalled : AlpineInstalled;
        return Newest(Paragraphs(files, path, "P:", "V:").Where(static p => p.Package == "go"), "/" + path);
    }

    private static (GoVersion Version, string Where)? Newest(IEnumerable<(string Package, string Version)> packages, string where)
    {
        GoVersion? newest = null;
        foreach ((_, string version) in packages)
        {
            string plain = version[(version.IndexOf(':', StringComparison.Ordinal) + 1)..];
            if (GoVersion.TryParseToolchain(plain, out GoVersion? found) && found.CompareTo(newest) > 0)
                newest = found;
        }
        return newest is null ? null : (newest, where);
    }

    private static IEnumerable<(string Package, string Version)> Paragraphs(ImageFiles files, string path, string packageField, string versionField)
    {
        if (files.Find(path) is not { } content)
            yield break;
        string package = "";
        foreach (string line in Encoding.UTF8.GetString(content.Span).Split('\n'))
        {
            if (line.StartsWith(packageField, StringComparison.Ordinal))
                package = line[packageField.Length..];
            else if (line.StartsWith(versionField, StringComparison.Ordinal) && package.Length > 0)
                yield return (package, line[versionField.Length..]);
            else if (line.Length == 0)
                package = "";
        }
    }
}
