using System.Globalization;
using Caisson.Engine.Planning;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Vendoring;

/// <summary>Says why go failed, from its words.</summary>
internal static class GoFailure
{
    private const int MaxLength = 300;

    // A command follows, which is for whoever works on the sources.
    private static readonly string[] Advice = ["; to add it:", "; to add:"];

    private static readonly string[] Chatter = ["go: downloading ", "go: finding ", "go: extracting ", "go: added ", "go: found "];

    private static readonly (string Code, string Hint, string[] Signs)[] Kinds =
    [
        (EngineCodes.DiskFull, "free some space, or put the store elsewhere with --root", ["no space left on device"]),
        (EngineCodes.ModuleSumMismatch, "somebody has changed the module after the sum was written, or on its way here: find out before you use it", ["checksum mismatch", "SECURITY ERROR"]),
        (EngineCodes.VendorFailed, "install a newer go here; it only collects the modules, what builds them is the toolchain that you named", ["requires go >=", "invalid go version", "unknown directive: toolchain", "unsupported go version"]),
        (EngineCodes.VendorFailed, "the sources import a package that no module has: go mod tidy in the sources says which", ["does not contain package", "no required module provides package", "is not in std", "is not in GOROOT", "does not provide package"]),
        (EngineCodes.VendorFailed, "go.sum of the sources is not complete, and without a sum no module is taken: go mod tidy in the sources completes it", ["missing go.sum entry"]),
        (EngineCodes.ModulesUnavailable, "check GOPROXY, the network and the proxy; GOPROXY=file:///DIR takes modules from a directory", [
            "no such host", "dial tcp", "connection refused", "i/o timeout", "TLS handshake", "x509:", "module lookup disabled", "404 ", "410 ", "403 ", "401 ", "unrecognized import path", "unknown revision",
            "reading file:", "no such file or directory", "cannot find module", "git ls-remote", "git fetch", "exec: \"git\"", "terminal prompts disabled", "invalid version",
        ]),
    ];

    /// <summary>The failure as the user reads it.</summary>
    /// <param name="what">What was to be done, as the beginning of a sentence.</param>
    /// <param name="result">How go ended.</param>
    /// <param name="otherwise">The code of what is of no known kind.</param>
    public static BuildException Explain(string what, ProcessResult result, string otherwise = EngineCodes.VendorFailed)
    {
        foreach ((string code, string hint, string[] signs) in Kinds)
        {
            if (signs.Any(sign => result.Error.Contains(sign, StringComparison.Ordinal)))
                return new BuildException(code, $"{what}: {LastWords(result, signs)}", hint);
        }
        return new BuildException(otherwise, $"{what}: {LastWords(result)}");
    }

    /// <summary>The line that tells most: the first with a sign of the failure in it, else the first that is more than a report of progress.</summary>
    public static string LastWords(ProcessResult result, params string[] signs)
    {
        string[] lines = [.. result.Error.Split('\n', '\r').Select(static l => l.Trim()).Where(static l => l.Length > 0 && !Chatter.Any(c => l.StartsWith(c, StringComparison.Ordinal)))];
        string line = lines.FirstOrDefault(l => signs.Any(s => l.Contains(s, StringComparison.Ordinal)))
            ?? lines.FirstOrDefault(static l => !l.EndsWith(" imports", StringComparison.Ordinal)) // the way to what is wrong
            ?? lines.FirstOrDefault()
            ?? string.Create(CultureInfo.InvariantCulture, $"go ended with exit code {result.ExitCode}");
        foreach (string advice in Advice.Where(a => line.EndsWith(a, StringComparison.Ordinal)))
            line = line[..^advice.Length];
        string shown = new([.. RemoteText.Shown(line).Where(static c => !char.IsControl(c))]);
        return shown.Length > MaxLength ? shown[..MaxLength] + "…" : shown;
    }
}
