using System.Collections.Immutable;
using System.Text;
using Caisson.Engine;
using Caisson.Linux.Processes;
using Caisson.Oci.Registry;

namespace Caisson.Cli.Hosting;

/// <summary>The files that hold credentials of registries: Docker's, and those of podman, skopeo and buildah.</summary>
/// <remarks>docker login, "Credential stores"; containers-auth.json(5).</remarks>
internal static class CredentialFiles
{
    /// <summary>Where <c>caisson login</c> writes, and what is read first.</summary>
    public static string Own(HostEnvironment environment) => Named(environment) ?? Path.Combine(
        environment.Find("DOCKER_CONFIG") ?? Path.Combine(environment.Home, ".docker"), "config.json");

    /// <summary>The credentials of all the files that are there. $REGISTRY_AUTH_FILE stands for all of them.</summary>
    /// <exception cref="BuildException">A file cannot be read.</exception>
    public static ICredentialSource Read(HostEnvironment environment)
    {
        ImmutableArray<ICredentialSource> sources = [.. Paths(environment).Where(File.Exists).Select(Open)];
        return sources.Length switch
        {
            0 => NoCredentials.Instance,
            1 => sources[0],
            _ => new CredentialChain(sources),
        };
    }

    /// <summary>Runs a credential helper.</summary>
    /// <param name="request">The program's name behind <c>docker-credential-</c>, what it shall do, and what it is given.</param>
    public static async Task<CredentialHelperResult> RunHelperAsync(CredentialHelperRequest request, CancellationToken ct)
    {
        ProcessRequest process = new() { File = "docker-credential-" + request.Name, Arguments = [request.Action], Input = Encoding.UTF8.GetBytes(request.Input) };
        ProcessResult result = await ProcessRunner.Direct.CaptureAsync(process, ct);
        return new CredentialHelperResult(result.ExitCode, result.Output);
    }

    private static string? Named(HostEnvironment environment) => environment.Find("REGISTRY_AUTH_FILE");

    private static IEnumerable<string> Paths(HostEnvironment environment)
    {
        yield return Own(environment);
        if (Named(environment) is not null)
            yield break;
        if (environment.Find("XDG_RUNTIME_DIR") is { } runtime)
            yield return Path.Combine(runtime, "containers", "auth.json");
        string configurations = environment.Find("XDG_CONFIG_HOME") ?? Path.Combine(environment.Home, ".config");
        yield return Path.Combine(configurations, "containers", "auth.json");
    }

    private static DockerConfigCredentials Open(string file)
    {
        try
        {
            return DockerConfigCredentials.Parse(File.ReadAllText(file), RunHelperAsync);
        }
        catch (FormatException e)
        {
            throw new BuildException(EngineCodes.CredentialStoreFailed, $"{file}: {e.Message}", "correct it, or name another directory in DOCKER_CONFIG", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BuildException(EngineCodes.CredentialStoreFailed, $"{file} cannot be read: {e.Message}", "correct its owner and mode, or name another directory in DOCKER_CONFIG", e);
        }
    }
}
