using System.Text;

namespace Caisson.Engine.Vendoring;

/// <summary>A module at a version.</summary>
/// <param name="Path">Its path: <c>golang.org/x/net</c>.</param>
/// <param name="Version">Its version; empty for a directory, or for every version.</param>
internal readonly record struct ModuleVersion(string Path, string Version)
{
    private const int MaxLength = 1024;

    /// <summary>Whether path and version can be parts of the path of a file: nothing of them leads elsewhere.</summary>
    public bool IsSafe => IsSafeText(Path, allowsSlash: true) && IsSafeText(Version, allowsSlash: false);

    /// <summary>The name of a file of it in the download cache of modules, from there.</summary>
    /// <remarks>Go modules reference, "Module cache" and "GOPROXY protocol": upper case is written as <c>!</c> and lower case.</remarks>
    /// <param name="kind">Which: <c>mod</c>, <c>zip</c>, <c>info</c>.</param>
    public string CacheName(string kind) => $"{Escape(Path)}/@v/{Escape(Version)}.{kind}";

    /// <inheritdoc/>
    public override string ToString() => Version.Length == 0 ? Path : $"{Path} {Version}";

    private static string Escape(string text)
    {
        if (!text.Any(char.IsAsciiLetterUpper))
            return text;
        StringBuilder escaped = new();
        foreach (char c in text)
        {
            if (char.IsAsciiLetterUpper(c))
                escaped.Append('!').Append(char.ToLowerInvariant(c));
            else
                escaped.Append(c);
        }
        return escaped.ToString();
    }

    private static bool IsSafeText(string text, bool allowsSlash) =>
        text.Length is > 0 and < MaxLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' or '+' || (allowsSlash && c == '/'))
        && text.Split('/').All(static part => part is not ("" or "." or ".."));
}
