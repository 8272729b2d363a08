using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Daemon;
using Caisson.Daemon.Hosting;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson serve</c>: the APIs of Docker and of BuildKit, for their clients.</summary>
internal sealed class ServeCommand : Command
{
    private readonly EngineHost _host;
    private readonly ServeOptions _options = new();
    private readonly Option<string?> _configuration = new("--config") { Description = "Configuration in the form of buildkitd.toml: addresses, registries, entitlements, limits of the store, devices", HelpName = "FILE" };
    private readonly Option<string?> _grace = new("--grace") { Description = "How long builds may go on after SIGTERM before they are cancelled, such as 1m. Default: 10s", HelpName = "DURATION" };

    public ServeCommand(EngineHost host)
        : base("serve", "Build for Docker's and BuildKit's own clients: docker, buildx, compose and buildctl")
    {
        _host = host;
        foreach (Option option in (Option[])[.. _options.All, _configuration, _grace, host.MaxSize])
            Options.Add(option);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        DaemonConfigurationFile configuration = DaemonConfigurationFile.Read(parsed.GetValue(_configuration));
        DaemonOptions options = _options.Read(parsed, _host.Environment, configuration.Content) with
        {
            Builds = new BuildDefaults { Grantable = configuration.Grantable, DeviceDirectories = configuration.Content.DeviceDirectories, AllowedDevices = configuration.Content.AllowedDevices },
            Owner = configuration.Content.Owner,
            Labels = configuration.Content.Labels,
            CacheRules = configuration.Content.CacheRules,
            Warn = Warn,
        };
        using DaemonTls? tls = options.Tls;
        TimeSpan grace = GraceOf(parsed);
        _host.Enter();
        using EndRequests end = new();
        SocketActivation.Claim(options.Addresses);
        HostEnvironment.Forget(SocketActivation.Variables);
        foreach (string warning in configuration.Warnings)
            Warn(warning);
        BuildEngine engine = await _host.OpenAsync(parsed, configuration, ct);
        await using (engine)
        {
            BuildDaemon daemon = new(engine, options);
            await using (daemon)
            {
                await daemon.StartAsync(ct);
                foreach (string place in daemon.Places)
                    await Console.Error.WriteLineAsync($"listening on {place}");
                SocketActivation.Notify(_host.Environment.Find, "READY=1");
                using CancellationTokenSource asked = CancellationTokenSource.CreateLinkedTokenSource(ct, end.Asked);
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, asked.Token);
                }
                catch (OperationCanceledException)
                {
                    // Asked to end.
                }
                SocketActivation.Notify(_host.Environment.Find, "STOPPING=1");
                Task<int> stopping = daemon.StopAsync(grace);
                using CancellationTokenRegistration hurry = end.Hurried.Register(daemon.Hurry);
                if (await stopping is > 0 and var left)
                {
                    // Nothing is disposed of: that would wait for them again. Their mounts are in this process's own namespace and go with it.
                    await Console.Error.WriteLineAsync($"error: {left} of the requests did not end when they were cancelled; the daemon ends without them");
                    Environment.Exit(ExitCodes.Defect);
                }
            }
        }
        return ExitCodes.Success;
    }

    private static void Warn(string warning) => Console.Error.WriteLine($"warning: {warning}");

    private TimeSpan GraceOf(ParseResult parsed) => parsed.GetValue(_grace) switch
    {
        null => TimeSpan.FromSeconds(10),
        { } text when Durations.TryParse(text, out TimeSpan grace) => grace,
        { } text => throw new UsageException($"--grace {text}: write a time such as 10s or 1m30s"),
    };
}
