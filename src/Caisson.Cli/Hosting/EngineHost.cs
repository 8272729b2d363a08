using System.Collections.Immutable;
using System.CommandLine;
using Caisson.Cli.Commands;
using Caisson.Cli.Progress;
using Caisson.Engine;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Registry;

namespace Caisson.Cli.Hosting;

/// <summary>Opens the engine for a command, from its options and the environment.</summary>
internal sealed class EngineHost(HostEnvironment environment, GlobalOptions options)
{
    /// <summary>The environment.</summary>
    public HostEnvironment Environment { get; } = environment;

    /// <summary>The option of commands that build: how large the store may be.</summary>
    public Option<string?> MaxSize => options.MaxSize;

    /// <summary>What this process has of what root has; all of it until <see cref="Enter"/> has looked.</summary>
    public Ladder Ladder { get; private set; } = Ladder.Top;

    /// <summary>Whether the mount namespace of this process is its own.</summary>
    public bool HasOwnMounts { get; private set; }

    /// <summary>Prepares for running programs: this process may start anew in a user namespace.</summary>
    /// <exception cref="BuildException">The user namespace cannot be used.</exception>
    /// <exception cref="UsageException">The environment asks for a rung that there is not.</exception>
    /// <param name="ownMounts">Whether this process is to have a mount namespace of its own.</param>
    public void Enter(bool ownMounts = false)
    {
        Ladder = RootlessEntry.Enter(Environment, ownMounts);
        HasOwnMounts = ownMounts && RootlessEntry.IsSecond(Environment);
    }

    /// <summary>Writes to standard error why something could not be done; with the command as the user has to write it to come to the same store.</summary>
    public DiagnosticPrinter PrinterOn(ParseResult parsed) =>
        new(Console.Error, Environment.HasColors) { Command = parsed.GetValue(options.Root) is { } root ? $"caisson --root {root}" : "caisson" };

    /// <summary>Opens the engine.</summary>
    /// <exception cref="BuildException">The store cannot be used, or an option is wrong.</exception>
    public Task<BuildEngine> OpenAsync(ParseResult parsed, CancellationToken ct) => BuildEngine.OpenAsync(OptionsOf(parsed), ct);

    /// <summary>Opens the engine of a daemon.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="configuration">The daemon's configuration: what the command line says goes before it.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">The store cannot be used, or an option is wrong.</exception>
    public Task<BuildEngine> OpenAsync(ParseResult parsed, DaemonConfigurationFile configuration, CancellationToken ct)
    {
        BuildEngineOptions asked = OptionsOf(parsed);
        bool isChosen = parsed.GetValue(options.Root) is not null || Environment.Find("CAISSON_ROOT") is not null;
        if (!isChosen && configuration.Content.Root is { } root)
            asked = asked with { StatePath = root };
        // Who starts a daemon hears of it, and not the clients of its builds.
        if (asked.Runtime is { } runtime && OciRuntime.Find(asked.SearchPath, runtime) is null)
            throw new BuildException(EngineCodes.MissingRuntime, new MissingRuntimeException(runtime).Message, $"install it, or name another with --runtime: {string.Join(", ", OciRuntime.Known)} or a path");
        return BuildEngine.OpenAsync(configuration.ApplyTo(asked), ct);
    }

    /// <summary>What the engine is opened with.</summary>
    /// <exception cref="BuildException">An option is wrong.</exception>
    public BuildEngineOptions OptionsOf(ParseResult parsed) => new()
    {
        StatePath = StatePathOf(parsed),
        SearchPath = Environment.SearchPath,
        Ladder = Ladder,
        HasOwnMounts = HasOwnMounts,
        Runtime = parsed.GetValue(options.Runtime) ?? Environment.Find("CAISSON_RUNTIME"),
        MaxSizeBytes = MaxSizeOf(parsed),
        Parallelism = Environment.Processors,
        MaxRunningSteps = Math.Max(4, Environment.Processors * 2),
        Git = new GitOptions
        {
            ProxyEnvironment = Environment.Variables.Where(static v => EnvironmentProxy.Names.Contains(v.Key)).ToImmutableSortedDictionary(StringComparer.Ordinal),
            KnownHostsPath = Path.Combine(Environment.Home, ".ssh", "known_hosts"),
        },
        Registry = RegistryOf(parsed),
    };

    /// <summary>How registries are spoken to.</summary>
    /// <exception cref="BuildException">An option or a file is wrong.</exception>
    public RegistryOptions RegistryOf(ParseResult parsed) => new RegistryAccess(Environment, options).Read(parsed);

    /// <summary>Whether no network is to be used.</summary>
    public bool IsOffline(ParseResult parsed) => parsed.GetValue(options.Offline);

    /// <summary>Where the store is.</summary>
    public string StatePathOf(ParseResult parsed)
    {
        if ((parsed.GetValue(options.Root) ?? Environment.Find("CAISSON_ROOT")) is { } chosen)
            return Path.GetFullPath(chosen);
        // Root of a user namespace is that user still: the store is the user's.
        if (RootlessEntry.IsStartedByRoot(Environment))
            return "/var/lib/caisson";
        return Path.Combine(Environment.Find("XDG_DATA_HOME") ?? Path.Combine(Environment.Home, ".local", "share"), "caisson");
    }

    private long? MaxSizeOf(ParseResult parsed) => parsed.GetValue(options.MaxSize) is { } chosen
        ? SizeOption.Read(options.MaxSize.Name, chosen, least: 1)
        : SizeOption.Read("CAISSON_MAX_SIZE", Environment.Find("CAISSON_MAX_SIZE"), least: 1);
}
