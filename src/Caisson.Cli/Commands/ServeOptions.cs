using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Net;
using Caisson.Cli.Hosting;
using Caisson.Daemon.Hosting;
using Caisson.Linux.Native;

namespace Caisson.Cli.Commands;

/// <summary>The options of <c>caisson serve</c> that say who reaches the daemon, and where.</summary>
internal sealed class ServeOptions
{
    private const string GivenPrefix = "fd://";

    private readonly Option<string[]> _addresses = new("--addr") { Description = "Where clients find the daemon: unix:///path, tcp://ADDRESS:PORT, or fd:// for the sockets of a service manager; may be repeated. Default: those sockets if there are any, else unix:///run/caisson/caisson.sock, for an ordinary user below $XDG_RUNTIME_DIR", HelpName = "ADDRESS", DefaultValueFactory = static _ => [] };
    private readonly Option<string[]> _dockerAddresses = new("--docker-addr") { Description = "Another address besides those, for clients of Docker; may be repeated", HelpName = "ADDRESS", DefaultValueFactory = static _ => [] };
    private readonly Option<string?> _group = new("--group") { Description = "Group whose members may connect to the sockets too, a name or a number. Default: their owner only", HelpName = "NAME" };
    private readonly Option<string?> _authorities = new("--tlscacert") { Description = "PEM file with the certificates of those who sign for clients: with it, --tlscert and --tlskey, addresses of TCP take clients with a certificate only", HelpName = "FILE" };
    private readonly Option<string?> _certificate = new("--tlscert") { Description = "PEM file with the certificate of the daemon", HelpName = "FILE" };
    private readonly Option<string?> _key = new("--tlskey") { Description = "PEM file with its key", HelpName = "FILE" };

    /// <summary>The options to add to the command.</summary>
    public IEnumerable<Option> All => [_addresses, _dockerAddresses, _group, _authorities, _certificate, _key];

    /// <summary>What they and the configuration say.</summary>
    /// <exception cref="UsageException">One is not understood, or addresses would be open to everybody.</exception>
    public DaemonOptions Read(ParseResult parsed, HostEnvironment environment, DaemonConfiguration configuration)
    {
        ImmutableArray<DaemonAddress> addresses = AddressesOf(parsed, environment, configuration);
        (string Authorities, string Certificate, string Key)? tls = TlsOf(parsed) ?? configuration.Tls;
        if (tls is null && addresses.FirstOrDefault(static a => a.IsRemote) is { } open)
            throw new UsageException($"{open}: other machines reach it, and whoever reaches the daemon can do what its user can; let it take clients with a certificate only: --tlscacert, --tlscert and --tlskey");
        return new DaemonOptions
        {
            Addresses = addresses,
            Group = parsed.GetValue(_group) is { } group ? GroupName.Find(group) : configuration.Group,
            Tls = tls is { } files ? DaemonTls.Read(files.Authorities, files.Certificate, files.Key) : null,
            Version = VersionText.Short,
            HostName = Dns.GetHostName(),
            Processors = environment.Processors,
        };
    }

    private ImmutableArray<DaemonAddress> AddressesOf(ParseResult parsed, HostEnvironment environment, DaemonConfiguration configuration)
    {
        ImmutableArray<DaemonAddress> given = SocketActivation.Read(environment.Find, CurrentProcess.Id);
        string[] asked = parsed.GetValue(_addresses) ?? [];
        if (asked.Length == 0)
            asked = !given.IsEmpty ? ["fd://"] : configuration.Addresses.IsEmpty ? [DefaultAddress(environment)] : [.. configuration.Addresses];
        ImmutableArray<DaemonAddress>.Builder addresses = ImmutableArray.CreateBuilder<DaemonAddress>();
        foreach (string text in (IEnumerable<string>)[.. asked, .. parsed.GetValue(_dockerAddresses) ?? []])
        {
            if (text.StartsWith(GivenPrefix, StringComparison.Ordinal))
                addresses.AddRange(GivenBy(text, given));
            else
                addresses.Add(DaemonAddress.TryParse(text, out DaemonAddress? address, out string? problem) ? address : throw new UsageException($"\"{text}\" is no address: {problem}"));
        }
        return addresses.Select(static a => a.ToString()).Distinct(StringComparer.Ordinal).Count() == addresses.Count
            ? addresses.ToImmutable()
            : throw new UsageException("an address is given twice");
    }

    private static ImmutableArray<DaemonAddress> GivenBy(string text, ImmutableArray<DaemonAddress> given)
    {
        bool isOne = int.TryParse(text.AsSpan(GivenPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int descriptor);
        if (text != GivenPrefix && !isOne)
            throw new UsageException($"\"{text}\" is no address: write fd:// for all sockets of a service manager, or fd://3 for the first of them");
        if (given.IsEmpty)
            throw new UsageException($"{text}: this process was started without sockets (LISTEN_FDS); a service manager gives them, with packaging/systemd/caisson.socket");
        ImmutableArray<DaemonAddress> meant = [.. given.Where(a => !isOne || a.Descriptor == descriptor)];
        return !meant.IsEmpty ? meant : throw new UsageException($"{text}: this process was started with the sockets {string.Join(", ", given)}");
    }

    private (string Authorities, string Certificate, string Key)? TlsOf(ParseResult parsed) => (parsed.GetValue(_authorities), parsed.GetValue(_certificate), parsed.GetValue(_key)) switch
    {
        (null, null, null) => null,
        ({ } authorities, { } certificate, { } key) => (authorities, certificate, key),
        _ => throw new UsageException("--tlscacert, --tlscert and --tlskey belong together: give all three"),
    };

    private static string DefaultAddress(HostEnvironment environment)
    {
        if (RootlessEntry.IsStartedByRoot(environment))
            return "unix:///run/caisson/caisson.sock";
        return environment.Find("XDG_RUNTIME_DIR") is { } directory
            ? $"unix://{directory}/caisson/caisson.sock"
            : throw new UsageException("there is no XDG_RUNTIME_DIR to have a socket in; name one with --addr unix:///path");
    }
}
