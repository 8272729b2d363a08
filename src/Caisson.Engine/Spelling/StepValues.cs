using System.Globalization;
using System.Net;
using Caisson.Dockerfile.Parsing;
using Caisson.Linux.Sandbox;

namespace Caisson.Engine.Spelling;

/// <summary>The values of options about what steps find, in the spelling of <c>docker build</c>.</summary>
public static class StepValues
{
    /// <summary>The network of steps that do not say.</summary>
    /// <exception cref="UsageException">The value is not understood.</exception>
    public static SandboxNetwork NetworkOf(string mode) => mode switch
    {
        "none" => SandboxNetwork.None,
        "gateway" => SandboxNetwork.Gateway,
        "default" or "host" or "" => SandboxNetwork.Host,
        _ => throw new UsageException($"--network={mode}: there are no networks but default, host, gateway and none"),
    };

    /// <summary>A name for <c>/etc/hosts</c>.</summary>
    /// <exception cref="UsageException">The value is not understood.</exception>
    public static ExtraHost HostOf(string value)
    {
        int separator = value.IndexOfAny(['=', ':']);
        if (separator <= 0 || value.AsSpan(0, separator).ContainsAny(" \t\n"))
            throw new UsageException($"--add-host {value}: write NAME:ADDRESS");
        string address = value[(separator + 1)..];
        if (address.StartsWith('[') && address.EndsWith(']'))
            address = address[1..^1];
        if (address == "host-gateway")
            return new ExtraHost(value[..separator], "127.0.0.1"); // steps share this machine's network
        return IPAddress.TryParse(address, out _) ? new ExtraHost(value[..separator], address) : throw new UsageException($"--add-host {value}: \"{address}\" is no address");
    }

    /// <summary>The size of <c>/dev/shm</c>.</summary>
    /// <exception cref="UsageException">The value is not understood.</exception>
    public static long SizeOf(string value) =>
        ByteSize.TryParse(value, out long bytes) && bytes > 0 ? bytes : throw new UsageException($"--shm-size={value}: write a size such as 256m");

    /// <summary>A limit of a resource.</summary>
    /// <exception cref="UsageException">The value is not understood.</exception>
    public static ResourceLimit LimitOf(string value)
    {
        string[] parts = value.Split('=', 2);
        string name = parts[0].ToUpperInvariant();
        if (!ResourceLimits.Names.Contains(name))
            throw new UsageException($"--ulimit {value}: there is no limit \"{parts[0]}\"; there are {string.Join(", ", ResourceLimits.Names.Select(static n => n.ToLowerInvariant()))}");
        string[] numbers = parts.Length == 2 ? parts[1].Split(':') : [];
        if (numbers.Length is < 1 or > 2 || Number(numbers[0]) is not { } soft || Number(numbers[^1]) is not { } hard)
            throw new UsageException($"--ulimit {value}: write NAME=SOFT or NAME=SOFT:HARD, in numbers");
        return soft <= hard ? new ResourceLimit(name, soft, hard) : throw new UsageException($"--ulimit {value}: the soft limit is above the hard one");
    }

    private static ulong? Number(string text) =>
        text == "-1" ? ResourceLimit.Unlimited : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : null;
}
