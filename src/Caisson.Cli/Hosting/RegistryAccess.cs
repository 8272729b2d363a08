using System.CommandLine;
using Caisson.Engine;
using Caisson.Oci.Registry;

namespace Caisson.Cli.Hosting;

/// <summary>How registries are spoken to, from the options of a command, the environment and the files of the machine.</summary>
internal sealed class RegistryAccess(HostEnvironment environment, GlobalOptions options)
{
    /// <summary>Puts it together.</summary>
    /// <exception cref="BuildException">A file cannot be read, or says something that cannot be meant.</exception>
    public RegistryOptions Read(ParseResult parsed)
    {
        RegistryConfigurationFile file = RegistryConfigurationFile.Read(parsed.GetValue(options.RegistriesConfiguration) ?? environment.Find("CAISSON_REGISTRIES_CONF"), environment);
        RegistryTrust trust = new();
        trust.AddMachine(RegistryTrust.MachineDirectories);
        if (file.Path is { } path)
            trust.Add(file.Content.Hosts, Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/");
        trust.AddAsked(parsed.GetValue(options.RegistryCertificates) ?? []);
        return new RegistryOptions
        {
            Credentials = CredentialFiles.Read(environment),
            Settings = file.Content.Settings,
            TrustedCertificates = trust.Trusted,
            ClientCertificates = trust.Shown,
            ExtraCertificates = RegistryTrust.ReadForAll(parsed.GetValue(options.Certificates) ?? []),
            InsecureRegistries = [.. parsed.GetValue(options.InsecureRegistries) ?? [], .. file.Content.Hosts.Where(static h => h.IsInsecure).Select(static h => h.Host)],
            IsOffline = parsed.GetValue(options.Offline),
            Proxy = EnvironmentProxy.Read(environment.Variables),
            UserAgent = "caisson/" + VersionText.Short,
            Jitter = Random.Shared,
        };
    }
}
