using System.Text;

namespace Caisson.Evidence.Report;

/// <summary>Reads the files in which Debian's and Alpine's package managers keep what is installed.</summary>
internal static class PackageDatabase
{
    /// <summary>The longest of them that is read.</summary>
    public const int MaxBytes = 64 << 20;

    private const int MaxPackages = 50_000;
    private const string DebianParts = "var/lib/dpkg/status.d/";

    /// <summary>Whether a path is that of such a file; of distroless images each package has one.</summary>
    public static bool IsOne(string path) => path is "var/lib/dpkg/status" or "lib/apk/db/installed" or "usr/lib/apk/db/installed" || IsPart(path);

    /// <summary>Whether a path is that of one package alone.</summary>
    public static bool IsPart(string path) => path.StartsWith(DebianParts, StringComparison.Ordinal) && !path.EndsWith(".md5sums", StringComparison.Ordinal);

    /// <summary>Reads one: by name, version and architecture.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="content">Its content.</param>
    public static IEnumerable<(string Name, string Version, string Architecture)> Read(string path, byte[] content)
    {
        bool isDebian = path.StartsWith("var/lib/dpkg/", StringComparison.Ordinal);
        (string name, string version, string architecture, string status) = isDebian ? ("Package:", "Version:", "Architecture:", "Status:") : ("P:", "V:", "A:", "-");
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        int count = 0;
        using StringReader lines = new(Encoding.UTF8.GetString(content) + "\n\n");
        while (lines.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                foreach (string field in (string[])[name, version, architecture, status])
                {
                    if (line.StartsWith(field, StringComparison.Ordinal))
                        fields[field] = line[field.Length..].Trim();
                }
                continue;
            }
            bool isInstalled = !fields.TryGetValue(status, out string? said) || said.EndsWith(" installed", StringComparison.Ordinal);
            if (isInstalled && fields.TryGetValue(name, out string? found) && ++count <= MaxPackages)
                yield return (found, fields.GetValueOrDefault(version, ""), fields.GetValueOrDefault(architecture, ""));
            fields.Clear();
        }
    }
}
