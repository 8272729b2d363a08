using System.Collections.Immutable;
using Caisson.Oci.Model;
using Caisson.Oci.Toml;

namespace Caisson.Oci.Registry;

/// <summary>Gives the tables of a configuration of registries their meaning.</summary>
internal sealed class RegistryConfigurationReader
{
    private static readonly string[] RegistryKeys = ["prefix", "location", "insecure", "blocked", "mirror-by-digest-only", "ca", "certs-dir"];
    private static readonly string[] MirrorKeys = ["location", "insecure", "pull-from-mirror", "ca", "certs-dir"];

    // What other programs read from the same file. A name without a host is Docker Hub's here, always.
    private static readonly string[] OthersKeys =
        ["unqualified-search-registries", "short-name-mode", "credential-helpers", "additional-layer-store-auth-helper"];

    private readonly ImmutableArray<RegistryRule>.Builder _rules = ImmutableArray.CreateBuilder<RegistryRule>();
    private readonly ImmutableArray<RegistryHostSettings>.Builder _hosts = ImmutableArray.CreateBuilder<RegistryHostSettings>();
    private bool _isByDigestOnly;

    public RegistryConfiguration Read(ImmutableArray<TomlTable> tables)
    {
        foreach (TomlTable table in tables)
        {
            switch (table.Name)
            {
                case "registry" when table.IsElement:
                    AddRegistry(table);
                    break;
                case "registry.mirror" when table.IsElement:
                    AddMirror(table);
                    break;
                case "":
                    CheckKeys(table, OthersKeys);
                    break;
                case "aliases" when !table.IsElement:
                    break;
                case "registry" or "registry.mirror":
                    throw Wrong($"write [[{table.Name}]] in double brackets: there can be several", table.Line);
                default:
                    throw Wrong($"there is no table \"{table.Name}\"; write [[registry]] or [[registry.mirror]]", table.Line);
            }
        }
        return new RegistryConfiguration(new RegistrySettings(_rules.ToImmutable()), _hosts.ToImmutable());
    }

    private void AddRegistry(TomlTable table)
    {
        CheckKeys(table, RegistryKeys);
        string? location = LocationOf(table);
        string prefix = Text(table, "prefix") ?? location ?? throw Wrong("a [[registry]] needs a prefix or a location", table.Line);
        bool isWildcard = prefix.StartsWith("*.", StringComparison.Ordinal);
        CheckName(isWildcard ? prefix[2..] : prefix, table, "prefix");
        if (_rules.Any(r => r.Prefix.Equals(prefix, StringComparison.OrdinalIgnoreCase)))
            throw Wrong($"there are two [[registry]] for {prefix}", table.Line);
        _isByDigestOnly = Truth(table, "mirror-by-digest-only");
        _rules.Add(new RegistryRule(prefix) { Location = location == prefix ? null : location, IsBlocked = Truth(table, "blocked") });
        AddHost(table, location ?? prefix);
    }

    private void AddMirror(TomlTable table)
    {
        CheckKeys(table, MirrorKeys);
        if (_rules.Count == 0)
            throw Wrong("a [[registry.mirror]] belongs to the [[registry]] above it; there is none", table.Line);
        string location = LocationOf(table) ?? throw Wrong("a [[registry.mirror]] needs a location", table.Line);
        PullFrom pullFrom = Text(table, "pull-from-mirror") switch
        {
            null => _isByDigestOnly ? PullFrom.DigestOnly : PullFrom.All,
            _ when _isByDigestOnly => throw At(table, "pull-from-mirror", "mirror-by-digest-only of the registry says it already; write one of them"),
            "all" => PullFrom.All,
            "digest-only" => PullFrom.DigestOnly,
            "tag-only" => PullFrom.TagOnly,
            _ => throw At(table, "pull-from-mirror", "write all, digest-only or tag-only"),
        };
        _rules[^1] = _rules[^1] with { Mirrors = _rules[^1].Mirrors.Add(new RegistryMirror(location, pullFrom)) };
        AddHost(table, location);
    }

    private void AddHost(TomlTable table, string location)
    {
        RegistryHostSettings host = new(location.Split('/')[0])
        {
            IsInsecure = Truth(table, "insecure"),
            AuthorityFile = Text(table, "ca"),
            CertificateDirectory = Text(table, "certs-dir"),
        };
        if (host.Host.StartsWith('*') && (host.AuthorityFile ?? host.CertificateDirectory) is not null)
            throw Wrong("certificates are for one host; a prefix with * stands for many", table.Line);
        if (host.IsInsecure || host.AuthorityFile is not null || host.CertificateDirectory is not null)
            _hosts.Add(host);
    }

    private static string? LocationOf(TomlTable table)
    {
        string? location = Text(table, "location");
        if (location is not null)
            CheckName(location, table, "location");
        return location;
    }

    // A name of something below it has to be a name.
    private static void CheckName(string name, TomlTable table, string key)
    {
        string[] parts = name.Split('/', 2);
        bool isHost = Reference.TryParse($"{parts[0]}/x", out _, out _);
        bool isPath = parts.Length == 1 || Reference.TryParse($"a.example/{parts[1]}/x", out _, out _);
        if (!isHost || !isPath || name.Contains('@', StringComparison.Ordinal))
            throw At(table, key, $"\"{name}\" is no host[:port][/path]");
    }

    private static void CheckKeys(TomlTable table, string[] known)
    {
        foreach ((string key, TomlValue value) in table.Values.OrderBy(static v => v.Value.Line))
        {
            if (!known.Contains(key))
                throw Wrong($"\"{key}\" is not known here; there are {string.Join(", ", known)}", value.Line);
        }
    }

    private static string? Text(TomlTable table, string key) => table.Values.GetValueOrDefault(key) switch
    {
        null => null,
        TomlValue.Text { Value.Length: > 0 } text => text.Value,
        _ => throw At(table, key, $"\"{key}\" needs a text in quotes"),
    };

    private static bool Truth(TomlTable table, string key) => table.Values.GetValueOrDefault(key) switch
    {
        null => false,
        TomlValue.Truth truth => truth.Value,
        _ => throw At(table, key, $"\"{key}\" is true or false"),
    };

    private static TomlException At(TomlTable table, string key, string message) =>
        table.Values.GetValueOrDefault(key) is { } value ? new TomlException(message, value.Line, value.Column) : Wrong(message, table.Line);

    private static TomlException Wrong(string message, int line) => new(message, line, 1);
}
