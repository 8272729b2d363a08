using System.Collections.Immutable;
using Caisson.Daemon.Hosting;
using Caisson.Engine;
using Caisson.Oci.Registry;
using Caisson.Oci.Toml;

namespace Caisson.Cli.Hosting;

/// <summary>The configuration file of the daemon: a <c>buildkitd.toml</c>.</summary>
/// <param name="path">The file; null for none.</param>
/// <param name="content">What it says.</param>
internal sealed class DaemonConfigurationFile(string? path, DaemonConfiguration content)
{
    /// <summary>What it says.</summary>
    public DaemonConfiguration Content => content;

    /// <summary>What it says that was passed over, each with its place.</summary>
    public IEnumerable<string> Warnings => content.Warnings.Select(w => $"{path}:{w}");

    /// <summary>Reads it.</summary>
    /// <exception cref="BuildException">It cannot be read, or not be meant.</exception>
    public static DaemonConfigurationFile Read(string? path)
    {
        if (path is null)
            return new DaemonConfigurationFile(null, DaemonConfiguration.None);
        try
        {
            return new DaemonConfigurationFile(path, DaemonConfiguration.Parse(File.ReadAllText(path)).Below(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/"));
        }
        catch (TomlException e)
        {
            throw new BuildException(EngineCodes.BadDaemonConfiguration, $"{path}:{e.Line}:{e.Column}: {e.Message}", "docs/serve.md shows what may stand in the file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BuildException(EngineCodes.BadDaemonConfiguration, $"{path} cannot be read: {e.Message}", "name another file with --config", e);
        }
    }

    /// <summary>How the engine is opened, with what the file says besides.</summary>
    /// <exception cref="BuildException">A file that it names cannot be read.</exception>
    public BuildEngineOptions ApplyTo(BuildEngineOptions options) => options with
    {
        MaxRunningSteps = content.MaxRunningSteps is > 0 and int steps ? steps : options.MaxRunningSteps,
        HistoryMaxBuilds = content.HistoryMaxBuilds ?? options.HistoryMaxBuilds,
        Registry = ApplyTo(options.Registry),
    };

    /// <summary>What clients may grant.</summary>
    public Entitlements Grantable => new()
    {
        HasHostNetwork = content.Entitlements.Contains("network.host"),
        HasInsecure = content.Entitlements.Contains("security.insecure"),
        HasAllDevices = content.Entitlements.Contains("device"),
    };

    private RegistryOptions ApplyTo(RegistryOptions options)
    {
        RegistryTrust trust = new();
        foreach (ConfiguredRegistry registry in content.Registries)
        {
            foreach (string file in registry.Authorities)
                trust.AddTrustedFile(registry.Host, file);
            if (registry.Shown is { } shown)
                trust.AddShownFiles(registry.Host, shown.Certificate, shown.Key);
        }
        return options with
        {
            Settings = new RegistrySettings([.. content.Registries.Where(static r => !r.Mirrors.IsEmpty).Select(RuleOf), .. options.Settings.Rules]),
            InsecureRegistries = options.InsecureRegistries.Union(content.Registries.Where(static r => r.IsPlain).Select(static r => r.Host)),
            TrustedCertificates = trust.Trusted.Aggregate(options.TrustedCertificates, static (all, own) => all.SetItem(own.Key, all.GetValueOrDefault(own.Key, "") + own.Value)),
            ClientCertificates = options.ClientCertificates.SetItems(trust.Shown),
        };
    }

    private static RegistryRule RuleOf(ConfiguredRegistry registry) => new(registry.Host) { Mirrors = [.. registry.Mirrors.Select(static m => new RegistryMirror(m))] };
}
