using System.Text.RegularExpressions;

namespace Caisson.Dockerfile.Linting;

/// <summary>System and processor of a platform such as <c>linux/arm64/v8</c>, by their usual names.</summary>
/// <remarks>The spellings that <c>containerd/platforms</c> takes; one of the two alone is completed by the machine's.</remarks>
internal sealed partial record PlatformName(string Os, string Architecture)
{
    private static readonly string[] Systems =
    [
        "aix", "android", "darwin", "dragonfly", "freebsd", "illumos", "ios", "js", "linux", "netbsd", "openbsd", "plan9", "solaris", "wasip1", "windows",
    ];

    private static readonly string[] Architectures =
    [
        "386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64", "s390x", "wasm",
    ];

    /// <summary>Reads a platform; null when it is none.</summary>
    /// <param name="text">The platform.</param>
    /// <param name="machine">The platform of the machine.</param>
    public static PlatformName? TryParse(string text, string machine)
    {
        string[] parts = text.Split('/');
        if (parts.Length > 3 || !parts.All(static p => Component().IsMatch(p)))
            return null;
        string os = SystemOf(parts[0]);
        if (parts.Length > 1)
            return new PlatformName(os, ArchitectureOf(parts[1]));
        string[] own = machine.Split('/');
        if (Systems.Contains(os))
            return new PlatformName(os, own.Length > 1 ? own[1] : "");
        string architecture = ArchitectureOf(parts[0]);
        return Architectures.Contains(architecture) ? new PlatformName(SystemOf(own[0]), architecture) : null;
    }

    private static string SystemOf(string text)
    {
        string name = text.Split('(', 2)[0].ToLowerInvariant();
        return name == "macos" ? "darwin" : name;
    }

    private static string ArchitectureOf(string text) => text.ToLowerInvariant() switch
    {
        "i386" => "386",
        "x86_64" or "x86-64" => "amd64",
        "aarch64" => "arm64",
        "armhf" or "armel" => "arm",
        var name => name,
    };

    [GeneratedRegex(@"\A[A-Za-z0-9_.-]+(?:\([^()/]*\))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Component();
}
