using Caisson.Engine;
using Caisson.Oci.Registry;
using Caisson.Oci.Toml;

namespace Caisson.Cli.Hosting;

/// <summary>The configuration file of registries: the one that was asked for, else the user's, else the machine's.</summary>
/// <param name="Path">The file; null when there is none.</param>
/// <param name="Content">What it says.</param>
internal sealed record RegistryConfigurationFile(string? Path, RegistryConfiguration Content)
{
    private const string Name = "registries.conf";

    /// <summary>Finds and reads it.</summary>
    /// <param name="asked">The file that the command line or the environment names; null for none.</param>
    /// <exception cref="BuildException">It cannot be read, or not be meant.</exception>
    public static RegistryConfigurationFile Read(string? asked, HostEnvironment environment)
    {
        string? path = asked ?? Candidates(environment).FirstOrDefault(File.Exists);
        if (path is null)
            return new RegistryConfigurationFile(null, RegistryConfiguration.None);
        try
        {
            return new RegistryConfigurationFile(path, RegistryConfiguration.Parse(File.ReadAllText(path)));
        }
        catch (TomlException e)
        {
            throw new BuildException(EngineCodes.BadRegistryConfiguration, $"{path}:{e.Line}:{e.Column}: {e.Message}", "docs/registries.md shows what may stand in the file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BuildException(EngineCodes.BadRegistryConfiguration, $"{path} cannot be read: {e.Message}", "name another file with --registries-conf or CAISSON_REGISTRIES_CONF", e);
        }
    }

    private static IEnumerable<string> Candidates(HostEnvironment environment)
    {
        string configurations = environment.Find("XDG_CONFIG_HOME") ?? System.IO.Path.Combine(environment.Home, ".config");
        yield return System.IO.Path.Combine(configurations, "caisson", Name);
        yield return System.IO.Path.Combine("/etc/caisson", Name);
    }
}
