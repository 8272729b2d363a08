using System.Collections.Immutable;

namespace Caisson.Engine.Sources.Debian;

/// <summary>A package repository as apt is told of it.</summary>
/// <param name="Uri">Where it is.</param>
/// <param name="Suite">The release, for example <c>bookworm</c> or <c>bookworm-security</c>.</param>
/// <param name="Components">The parts of it, for example <c>main</c>.</param>
/// <remarks>sources.list(5). Options are not kept: whether signatures are checked is not for a file to say.</remarks>
internal sealed record AptSource(string Uri, string Suite, ImmutableArray<string> Components)
{
    private const string LocalScheme = "file:";

    /// <summary>The line that mmdebstrap and apt read.</summary>
    public string ToLine() => $"deb {Uri} {Suite} {string.Join(' ', Components)}";

    /// <summary>The same repository, read in a way that works from inside a chroot too: packages of a local one are copied, not opened where they lie.</summary>
    public AptSource ForChroot() => Uri.StartsWith(LocalScheme, StringComparison.OrdinalIgnoreCase) ? this with { Uri = "copy:" + Uri[LocalScheme.Length..] } : this;

    /// <summary>Reads the repositories of binary packages from the machine's own files.</summary>
    /// <param name="directory">The directory of apt's configuration, usually <c>/etc/apt</c>.</param>
    public static ImmutableArray<AptSource> ReadMachine(string directory)
    {
        string list = Path.Combine(directory, "sources.list");
        string parts = Path.Combine(directory, "sources.list.d");
        IEnumerable<string> files = File.Exists(list) ? [list] : [];
        if (Directory.Exists(parts))
            files = files.Concat(Directory.GetFiles(parts).Order(StringComparer.Ordinal));
        return [.. files.SelectMany(ReadFile).Distinct()];
    }

    private static IEnumerable<AptSource> ReadFile(string path) => Path.GetExtension(path) switch
    {
        ".list" => File.ReadLines(path).SelectMany(ParseLine),
        ".sources" => ParseStanzas(File.ReadLines(path)),
        _ => [],
    };

    // deb [options] uri suite component…
    private static IEnumerable<AptSource> ParseLine(string line)
    {
        string text = line.Split('#', 2)[0].Trim();
        if (!text.StartsWith("deb ", StringComparison.Ordinal) && !text.StartsWith("deb\t", StringComparison.Ordinal))
            return [];
        text = text[3..].TrimStart();
        if (text.StartsWith('['))
            text = text[(text.IndexOf(']', StringComparison.Ordinal) + 1)..];
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Length < 3 ? [] : [new AptSource(words[0], words[1], [.. words[2..]])];
    }

    private static IEnumerable<AptSource> ParseStanzas(IEnumerable<string> lines)
    {
        Dictionary<string, string> fields = new(StringComparer.OrdinalIgnoreCase);
        string? last = null;
        foreach (string line in lines.Append(""))
        {
            if (line.StartsWith('#'))
                continue;
            if (line.Trim().Length == 0)
            {
                foreach (AptSource source in FromFields(fields))
                    yield return source;
                fields.Clear();
                last = null;
            }
            else if (char.IsWhiteSpace(line[0]) && last is not null)
            {
                fields[last] += " " + line.Trim();
            }
            else if (line.Split(':', 2) is [string name, string value])
            {
                last = name.Trim();
                fields[last] = value.Trim();
            }
        }
    }

    private static IEnumerable<AptSource> FromFields(Dictionary<string, string> fields)
    {
        bool isEnabled = fields.GetValueOrDefault("Enabled", "yes") is not ("no" or "false");
        if (!isEnabled || !Words(fields, "Types").Contains("deb"))
            return [];
        return
        [
            .. from uri in Words(fields, "URIs")
               from suite in Words(fields, "Suites")
               select new AptSource(uri, suite, [.. Words(fields, "Components")]),
        ];
    }

    private static string[] Words(Dictionary<string, string> fields, string name) =>
        fields.GetValueOrDefault(name, "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
