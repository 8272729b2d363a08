using System.CommandLine;

namespace Caisson.Cli.Hosting;

/// <summary>The options that every command has.</summary>
internal sealed class GlobalOptions
{
    /// <summary>Where the store is.</summary>
    public Option<string?> Root { get; } = new("--root")
    {
        Description = "Directory of the store. Default: $CAISSON_ROOT, else /var/lib/caisson for root and $XDG_DATA_HOME/caisson for others",
        HelpName = "DIR",
        Recursive = true,
    };

    /// <summary>Which runtime runs containers.</summary>
    public Option<string?> Runtime { get; } = new("--runtime")
    {
        Description = "OCI runtime that runs containers, a name or a path. Default: $CAISSON_RUNTIME, else crun, runc or youki, the first that is found",
        HelpName = "NAME",
        Recursive = true,
    };

    /// <summary>Registries without TLS.</summary>
    public Option<string[]> InsecureRegistries { get; } = new("--insecure-registry")
    {
        Description = "Registry that may be spoken to without TLS (host[:port]); loopback always may",
        HelpName = "HOST",
        Recursive = true,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = static _ => [],
    };

    /// <summary>Certificates of registries.</summary>
    public Option<string[]> RegistryCertificates { get; } = new("--registry-ca")
    {
        Description = "PEM file of certificates to trust for a registry, host=file; besides those under /etc/docker/certs.d/HOST and /etc/containers/certs.d/HOST",
        HelpName = "HOST=FILE",
        Recursive = true,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = static _ => [],
    };

    /// <summary>How large the store may be. Of commands that build, which add it themselves.</summary>
    public Option<string?> MaxSize { get; } = new("--max-size")
    {
        Description = "Size that the store may have before and after the build, such as 20g: what was not used for longest is removed. Default: $CAISSON_MAX_SIZE, else no limit",
        HelpName = "SIZE",
    };

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [Root, Runtime, InsecureRegistries, RegistryCertificates];
}
