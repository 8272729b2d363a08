using System.Collections.Immutable;
using System.Globalization;
using Caisson.Oci.Model;
using Caisson.Oci.Toml;

namespace Caisson.Daemon.Hosting;

/// <summary>Gives the tables of a <c>buildkitd.toml</c> their meaning. What BuildKit knows and Caisson has no use for is passed over with a warning, like what nobody knows.</summary>
/// <remarks>BuildKit, docs/buildkitd.toml.md.</remarks>
internal sealed class DaemonConfigurationReader
{
    private const string Registry = "registry.";
    private const uint MostId = uint.MaxValue - 1; // the last one means none
    private const string KeyPair = ".keypair";

    private static readonly string[] Entitlements = ["network.host", "security.insecure", "device"];

    private static readonly string[] Single = ["grpc", "grpc.tls", "worker.oci", "worker.oci.labels", "history", "cdi"];

    // Tables that BuildKit knows, and that mean nothing here as a whole.
    private static readonly (string Name, string Why)[] Useless =
    [
        ("log", "the daemon keeps no log; what whoever runs it should know, it writes to stderr"),
        ("otel", "traces of clients are taken on the daemon's own addresses"),
        ("dns", "steps have the machine's name servers"),
        ("worker.containerd", "there is no containerd: steps are run by an OCI runtime"),
        ("frontend", "frontends are no images here; the Dockerfile is read by Caisson itself"),
        ("system", "there is nothing to set"),
        ("cache", "what is kept at GitHub is neither signed nor verified"),
        ("ghacache", "what is kept at GitHub is neither signed nor verified"),
    ];

    private readonly ImmutableArray<string>.Builder _warnings = ImmutableArray.CreateBuilder<string>();
    private readonly Dictionary<string, ConfiguredRegistry> _registries = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _useless = new(StringComparer.Ordinal);
    private readonly List<(string Host, TomlValue Place)> _plainMirrors = [];
    private readonly CacheRuleReader _rules = new();
    private DaemonConfiguration _read = DaemonConfiguration.None;

    /// <exception cref="TomlException">Something has a value that cannot be meant.</exception>
    public DaemonConfiguration Read(ImmutableArray<TomlTable> tables)
    {
        foreach (TomlTable table in tables)
            Read(table);
        WarnOfPlainMirrors();
        return _read with { CacheRules = _rules.Complete(), Registries = [.. _registries.Values.OrderBy(static r => r.Host, StringComparer.Ordinal)], Warnings = _warnings.ToImmutable() };
    }

    private void Read(TomlTable table)
    {
        CheckBrackets(table);
        switch (table.Name)
        {
            case "":
                _read = _read with { Root = Text(table, "root") ?? _read.Root, Entitlements = ReadEntitlements(table) ?? _read.Entitlements };
                WarnOfOthers(table, ["root", "insecure-entitlements"]);
                break;
            case "grpc":
                _read = _read with { Addresses = Texts(table, "address") ?? [], Owner = (uint?)Number(table, "uid", MostId), Group = (uint?)Number(table, "gid", MostId) };
                WarnOfOthers(table, ["address", "uid", "gid"]);
                break;
            case "grpc.tls":
                ReadTls(table);
                break;
            case "worker.oci":
                ReadWorker(table);
                break;
            case "worker" or "registry":
                WarnOfOthers(table, []);
                break;
            case "worker.oci.gcpolicy":
                _rules.ReadRule(table);
                WarnOfOthers(table, [.. CacheRuleReader.RuleKeys]);
                break;
            case "worker.oci.labels":
                _read = _read with { Labels = table.Values.ToImmutableSortedDictionary(static v => v.Key, v => Text(table, v.Key)!, StringComparer.Ordinal) }; // it is there
                break;
            case "history":
                _read = _read with { HistoryMaxBuilds = (int?)Number(table, "maxEntries", int.MaxValue) };
                WarnOfOthers(table, ["maxEntries"]);
                break;
            case "cdi":
                _read = _read with { DeviceDirectories = Truth(table, "disabled") == true ? [] : Texts(table, "specDirs"), AllowedDevices = ReadDevices(table) };
                WarnOfOthers(table, ["disabled", "specDirs", "autoAllowed"]);
                break;
            case { } name when name.StartsWith(Registry, StringComparison.Ordinal):
                ReadRegistry(table, name[Registry.Length..]);
                break;
            default:
                (string? known, string? why) = Useless.FirstOrDefault(u => table.Name == u.Name || table.Name.StartsWith(u.Name + ".", StringComparison.Ordinal));
                if (_useless.Add(known ?? table.Name))
                    Warn(table.Line, 1, $"[{table.Name}] is passed over: {why ?? "there is no such table"}");
                break;
        }
    }

    private static void CheckBrackets(TomlTable table)
    {
        bool isKnown = Single.Contains(table.Name) || table.Name.StartsWith(Registry, StringComparison.Ordinal);
        bool isOfMany = table.Name == "worker.oci.gcpolicy" || (isKnown && table.Name.EndsWith(KeyPair, StringComparison.Ordinal));
        if (isOfMany && !table.IsElement)
            throw new TomlException("there can be several of this table: write its header in double brackets, [[…]]", table.Line, 1);
        if (isKnown && !isOfMany && table.IsElement)
            throw new TomlException("there is one of this table: write its header in single brackets, […]", table.Line, 1);
    }

    private static ImmutableArray<string>? ReadEntitlements(TomlTable table)
    {
        ImmutableArray<string>? granted = Texts(table, "insecure-entitlements");
        foreach (string name in granted ?? [])
        {
            if (!Entitlements.Contains(name))
                throw At(table, "insecure-entitlements", $"there is no entitlement \"{name}\"; there are {string.Join(", ", Entitlements)}");
        }
        return granted;
    }

    private static ImmutableArray<string> ReadDevices(TomlTable table)
    {
        ImmutableArray<string> devices = Texts(table, "autoAllowed") ?? [];
        return devices.FirstOrDefault(static d => !d.Contains('/', StringComparison.Ordinal)) is { } wrong
            ? throw At(table, "autoAllowed", $"\"{wrong}\" is no device; write vendor.example/class, or vendor.example/class=name")
            : devices;
    }

    private void ReadTls(TomlTable table)
    {
        string? authorities = Text(table, "ca");
        string? certificate = Text(table, "cert");
        string? key = Text(table, "key");
        WarnOfOthers(table, ["ca", "cert", "key"]);
        if (authorities is null || certificate is null || key is null)
            throw new TomlException("[grpc.tls] needs ca, cert and key: clients show a certificate too", table.Line, 1);
        _read = _read with { Tls = (authorities, certificate, key) };
    }

    private void ReadWorker(TomlTable table)
    {
        _rules.ReadWorker(table);
        _read = _read with { MaxRunningSteps = (int?)Number(table, "max-parallelism", int.MaxValue) };
        if (Truth(table, "enabled") == false)
            Warn(table.Values["enabled"].Line, table.Values["enabled"].Column, "enabled is passed over: there is no other worker");
        WarnOfOthers(table, ["enabled", "max-parallelism", .. CacheRuleReader.WorkerKeys]);
    }

    private void ReadRegistry(TomlTable table, string name)
    {
        bool isKeyPair = name.EndsWith(KeyPair, StringComparison.Ordinal);
        string host = isKeyPair ? name[..^KeyPair.Length] : name;
        if (!Uri.TryCreate($"https://{host}/", UriKind.Absolute, out Uri? address) || address.PathAndQuery != "/" || address.UserInfo.Length > 0)
            throw new TomlException($"\"{host}\" is no host; write [registry.\"registry.example:5000\"]", table.Line, 1);
        ConfiguredRegistry registry = _registries.GetValueOrDefault(host) ?? new ConfiguredRegistry(host);
        if (isKeyPair)
        {
            WarnOfOthers(table, ["key", "cert"]);
            string key = Text(table, "key") ?? throw new TomlException("a keypair needs key and cert", table.Line, 1);
            _registries[host] = registry with { Shown = (Text(table, "cert") ?? throw new TomlException("a keypair needs key and cert", table.Line, 1), key) };
            return;
        }
        bool isPlain = Truth(table, "http") == true;
        if (Truth(table, "insecure") == true && !isPlain)
            Warn(table.Values["insecure"].Line, table.Values["insecure"].Column, "insecure is passed over: certificates are always checked; name those to trust with ca");
        _registries[host] = registry with
        {
            IsPlain = isPlain,
            Mirrors = ReadMirrors(table),
            Authorities = Texts(table, "ca") ?? [],
        };
        WarnOfOthers(table, ["http", "insecure", "mirrors", "ca"]);
    }

    // A scheme says nothing, as with BuildKit: how a mirror is spoken to, its own table says.
    private ImmutableArray<string> ReadMirrors(TomlTable table)
    {
        ImmutableArray<string> mirrors = [];
        foreach (string written in Texts(table, "mirrors") ?? [])
        {
            string[] parts = written.Split("://", 2);
            string location = parts[^1].TrimEnd('/');
            string host = location.Split('/')[0];
            if (parts is not ([_] or ["http" or "https", _]) || !Reference.TryParse($"{location}/x", out _, out _) || !Reference.TryParse($"{host}/x", out Reference? named, out _) || named.Registry != host)
                throw At(table, "mirrors", $"\"{written}\" is no mirror; write host[:port][/path], with the port where the host has no dot");
            mirrors = mirrors.Add(location);
            if (parts[0] == "http")
                _plainMirrors.Add((host, table.Values["mirrors"]));
        }
        return mirrors;
    }

    private void WarnOfPlainMirrors()
    {
        foreach ((string host, TomlValue place) in _plainMirrors)
        {
            if (_registries.GetValueOrDefault(host) is not { IsPlain: true })
                Warn(place.Line, place.Column, $"http:// before {host} is passed over: to speak to it without TLS, say http = true in [registry.\"{host}\"]");
        }
    }

    private void WarnOfOthers(TomlTable table, string[] known)
    {
        foreach ((string key, TomlValue value) in table.Values.OrderBy(static v => v.Value.Line).ThenBy(static v => v.Value.Column))
        {
            if (!known.Contains(key))
                Warn(value.Line, value.Column, $"{key} is passed over: {(table.Name.Length == 0 ? "at the top" : $"in [{table.Name}]")} it means nothing here");
        }
    }

    private void Warn(int line, int column, string message) => _warnings.Add(string.Create(CultureInfo.InvariantCulture, $"{line}:{column}: {message}"));

    private static string? Text(TomlTable table, string key) => table.Values.GetValueOrDefault(key) switch
    {
        null => null,
        TomlValue.Text { Value.Length: > 0 } text => text.Value,
        TomlValue.Text => throw At(table, key, "it is empty; write something in the quotes, or take the line out"),
        _ => throw At(table, key, "write a string in quotes"),
    };

    internal static bool? Truth(TomlTable table, string key) => table.Values.GetValueOrDefault(key) switch
    {
        null => null,
        TomlValue.Truth truth => truth.Value,
        _ => throw At(table, key, "write true or false"),
    };

    private static long? Number(TomlTable table, string key, long most) => table.Values.GetValueOrDefault(key) switch
    {
        null => null,
        TomlValue.Number { Value: >= 0 } number when number.Value <= most => number.Value,
        _ => throw At(table, key, "write a number that is not negative"),
    };

    // One string stands for a list of one.
    internal static ImmutableArray<string>? Texts(TomlTable table, string key) => table.Values.GetValueOrDefault(key) switch
    {
        null => null,
        TomlValue.Text { Value.Length: > 0 } text => [text.Value],
        TomlValue.List list when list.Values.All(static v => v is TomlValue.Text { Value.Length: > 0 }) => [.. list.Values.Cast<TomlValue.Text>().Select(static t => t.Value)],
        _ => throw At(table, key, "write a list of strings that are not empty: [\"…\", \"…\"]"),
    };

    internal static TomlException At(TomlTable table, string key, string message) => new($"{key}: {message}", table.Values[key].Line, table.Values[key].Column);
}
