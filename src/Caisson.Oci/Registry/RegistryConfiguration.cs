using System.Collections.Immutable;
using Caisson.Oci.Toml;

namespace Caisson.Oci.Registry;

/// <summary>What a configuration file of registries says.</summary>
/// <param name="Settings">Where repositories are really read and written.</param>
/// <param name="Hosts">How hosts are spoken to.</param>
/// <remarks>containers-registries.conf(5), version 2; with <c>ca</c> and <c>certs-dir</c> besides.</remarks>
public sealed record RegistryConfiguration(RegistrySettings Settings, ImmutableArray<RegistryHostSettings> Hosts)
{
    /// <summary>Nothing is set.</summary>
    public static RegistryConfiguration None { get; } = new(RegistrySettings.None, []);

    /// <summary>Reads the text of a file.</summary>
    /// <exception cref="TomlException">It says something that cannot be read or meant.</exception>
    public static RegistryConfiguration Parse(string text) => new RegistryConfigurationReader().Read(TomlReader.Read(text));
}
