using System.Collections.Immutable;
using Caisson.Cli.Hosting;

namespace Caisson.Cli.Commands;

/// <summary>Build arguments on the command line.</summary>
internal static class BuildArguments
{
    private static readonly string[] Proxies = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"];

    /// <summary>
    /// Reads them. One without a value takes that of the environment, and is left out when there is none; the proxies and the SOURCE_DATE_EPOCH of the environment are given to every
    /// build.
    /// </summary>
    /// <exception cref="UsageException">One has no name.</exception>
    public static ImmutableDictionary<string, string> Read(IEnumerable<string> arguments, HostEnvironment environment)
    {
        ImmutableDictionary<string, string>.Builder read = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (string name in Proxies.SelectMany(static p => (string[])[p, p.ToLowerInvariant()]).Append("SOURCE_DATE_EPOCH"))
        {
            if (environment.Variables.GetValueOrDefault(name) is { Length: > 0 } value)
                read[name] = value;
        }
        foreach (string argument in arguments)
        {
            string[] parts = argument.Split('=', 2);
            if (parts[0].Length == 0)
                throw new UsageException($"--build-arg {argument}: write NAME=VALUE");
            if (parts.Length == 2)
                read[parts[0]] = parts[1];
            else if (environment.Variables.TryGetValue(parts[0], out string? value))
                read[parts[0]] = value;
        }
        return read.ToImmutable();
    }
}
