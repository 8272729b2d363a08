using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Caisson.Cli.Hosting;

/// <summary>Finds the socket of the Docker engine that is meant, as the docker command does.</summary>
/// <remarks>A context of the docker command is <c>contexts/meta/SHA256-OF-NAME/meta.json</c> in its configuration.</remarks>
/// <param name="environment">Where the process runs.</param>
internal sealed class DockerSocket(HostEnvironment environment)
{
    private const string Usual = "unix:///var/run/docker.sock";
    private const string Scheme = "unix://";

    /// <summary>The path of the socket.</summary>
    /// <param name="context">The name of a context; null for that of DOCKER_HOST, or else the usual one.</param>
    /// <exception cref="UsageException">There is no such context, or the engine is not behind a unix socket.</exception>
    public string Find(string? context)
    {
        string host = context is null or "default" ? environment.Find("DOCKER_HOST") ?? Usual : HostOf(context);
        string named = context is null or "default" ? $"DOCKER_HOST={host}" : $"the docker context \"{context}\" is {host}";
        return host.StartsWith(Scheme, StringComparison.Ordinal) && host.Length > Scheme.Length
            ? host[Scheme.Length..]
            : throw new UsageException($"{named}: images go only to an engine behind a unix socket, unix:///PATH; write a file with dest=FILE for another");
    }

    private string HostOf(string context)
    {
        string directory = environment.Find("DOCKER_CONFIG") ?? Path.Combine(environment.Home, ".docker");
        string file = Path.Combine(directory, "contexts", "meta", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(context))), "meta.json");
        try
        {
            using JsonDocument about = JsonDocument.Parse(File.ReadAllBytes(file));
            return about.RootElement.GetProperty("Endpoints").GetProperty("docker").GetProperty("Host").GetString() ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"there is no docker context \"{context}\": docker context ls shows them");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UsageException($"{file} names no engine: {e.Message}");
        }
    }
}
