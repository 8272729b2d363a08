using System.Collections.Immutable;

namespace Caisson.Engine.Sources.Signatures;

/// <summary>
/// Which repository an address means, however it is spoken to and written: host, port and path. Case does not count, as on most hosts: a name that is written otherwise must not
/// get by what is asked of a repository.
/// </summary>
/// <param name="Host">The host, in lower case.</param>
/// <param name="Port">The port; null for any.</param>
/// <param name="Path">The parts of the path, without <c>.git</c> at the end.</param>
internal sealed record RepositoryName(string Host, string? Port, ImmutableArray<string> Path)
{
    private const string Suffix = ".git";

    private static readonly Dictionary<string, string> UsualPorts = new(StringComparer.OrdinalIgnoreCase) { ["https"] = "443", ["http"] = "80", ["ssh"] = "22", ["git"] = "9418" };

    /// <summary>How much it says: of two names that cover a repository, the one that says more counts.</summary>
    public int Weight => (2 * Path.Length) + (Port is null ? 0 : 1);

    /// <summary>Reads the address of a repository: <c>scheme://[user@]host[:port]/path</c> or <c>user@host:path</c>.</summary>
    public static RepositoryName OfAddress(string remote)
    {
        int start = remote.IndexOf("://", StringComparison.Ordinal);
        if (start >= 0)
        {
            RepositoryName name = OfPrefix(remote[(start + "://".Length)..]);
            return name with { Port = name.Port ?? UsualPorts.GetValueOrDefault(remote[..start]) };
        }
        int colon = remote.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? OfPrefix(remote) : OfPrefix(remote[..colon] + "/" + remote[(colon + 1)..]) with { Port = UsualPorts["ssh"] };
    }

    /// <summary>Reads the beginning of an address, without a scheme: <c>host[:port][/path]</c>.</summary>
    public static RepositoryName OfPrefix(string text)
    {
        string[] parts = text.Split('/', 2);
        string authority = Uri.UnescapeDataString(parts[0][(parts[0].LastIndexOf('@') + 1)..]);
        int colon = authority.LastIndexOf(':');
        bool hasPort = colon > authority.LastIndexOf(']');
        string host = hasPort ? authority[..colon] : authority;
        string? port = hasPort && authority.Length > colon + 1 ? authority[(colon + 1)..].TrimStart('0') : null;
        return new RepositoryName(host.TrimEnd('.').ToLowerInvariant(), port, parts.Length == 2 ? Clean(parts[1]) : []);
    }

    /// <summary>Whether another name is this one, or begins with it.</summary>
    public bool Covers(RepositoryName other) =>
        Host == other.Host && (Port is null || Port == other.Port) && Path.Length <= other.Path.Length
        && Path.SequenceEqual(other.Path.Take(Path.Length), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether another name is this one.</summary>
    public bool Equals(RepositoryName? other) => other is not null && Port == other.Port && Path.Length == other.Path.Length && Covers(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Host, Port, Path.Length);

    private static ImmutableArray<string> Clean(string path)
    {
        List<string> parts = [];
        foreach (string part in Uri.UnescapeDataString(path).Split('/'))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "." or ".."))
                parts.Add(part);
        }
        if (parts.Count > 0 && parts[^1].EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) && parts[^1].Length > Suffix.Length)
            parts[^1] = parts[^1][..^Suffix.Length];
        return [.. parts];
    }
}
