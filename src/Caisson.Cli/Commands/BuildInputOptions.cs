using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary>The options of all commands that build, about what is built. Those of <c>docker buildx build</c> have its names.</summary>
internal sealed class BuildInputOptions
{
    private readonly Option<string?> _file = new("--file", "-f") { Description = "Dockerfile: a file, an address of the web, or - for standard input. Default: Dockerfile of the context", HelpName = "FILE" };
    private readonly Option<string?> _target = new("--target") { Description = "Stage to build. Default: the last", HelpName = "STAGE" };
    private readonly Option<string[]> _arguments = new("--build-arg") { Description = "Build argument; without a value it is that of the environment", HelpName = "NAME[=VALUE]", DefaultValueFactory = static _ => [] };
    private readonly SecretOptions _secrets = new();
    private readonly SshOptions _agents = new();
    private readonly GitSignersOption _signers = new();
    private readonly StepOptions _steps = new();
    private readonly Option<string[]> _platforms = new("--platform") { Description = "Platforms to build for, all at once, such as linux/amd64,linux/arm64; local is that of this machine. Default: local", HelpName = "PLATFORM[,PLATFORM]…", DefaultValueFactory = static _ => [] };
    private readonly Option<string[]> _contexts = new("--build-context") { Description = "Named context: a directory, docker-image://REF, oci-layout://PATH[:TAG], a git repository or a file of the web", HelpName = "NAME=VALUE", DefaultValueFactory = static _ => [] };
    private readonly Option<bool> _noCache = new("--no-cache") { Description = "Take no result of an earlier build" };
    private readonly Option<string?> _pull = PullOption.Make("When registries are asked for base images: always, even for what is on this machine (what --pull alone means), for what is missing, or never; write the value behind =. Default: missing");
    private readonly Option<string?> _timestamps = new("--timestamps") { Description = "What times files carry: clamp gives files of contexts, files that steps made, and those younger than the image its time; keep leaves all of them theirs. Default: clamp", HelpName = "clamp|keep" };

    /// <summary>The build context.</summary>
    public Argument<string> Context { get; } = new("CONTEXT") { Description = "What may be copied: a directory, a git repository, an archive (a file, or one of the web), or - for an archive or a Dockerfile on standard input" };

    /// <summary>The options to add to a command.</summary>
    public IEnumerable<Option> All => [_file, _target, _arguments, .. _secrets.All, .. _agents.All, _signers, .. _steps.All, _platforms, _contexts, _noCache, _pull, _timestamps];

    /// <summary>The request that the command line makes, without where the result goes.</summary>
    /// <exception cref="UsageException">An option is not understood.</exception>
    public BuildRequest Read(ParseResult parsed, HostEnvironment environment) => _steps.Apply(parsed, new BuildRequest
    {
        Context = BuildContext.FromLocation(parsed.GetRequiredValue(Context)),
        StandardInput = StandardInput.For(parsed.GetRequiredValue(Context), parsed.GetValue(_file)),
        DockerfilePath = parsed.GetValue(_file),
        Target = parsed.GetValue(_target),
        Arguments = BuildArguments.Read(Values(parsed, _arguments), environment),
        Secrets = _secrets.Read(parsed, environment),
        SshAgents = _agents.Read(parsed, environment, parsed.GetRequiredValue(Context)),
        GitSigners = _signers.Read(parsed),
        NamedContexts = NamedContextOptions.Read(Values(parsed, _contexts)),
        Platforms = PlatformOption.ReadAll(Values(parsed, _platforms)),
        UsesCache = !parsed.GetValue(_noCache),
        Pull = PullOption.Read(parsed.GetValue(_pull), PullPolicy.Missing),
        KeepsTimestamps = KeepsTimestamps(parsed),
    });

    private bool KeepsTimestamps(ParseResult parsed) => parsed.GetValue(_timestamps) switch
    {
        null or "clamp" => false,
        "keep" => true,
        string other => throw new UsageException($"--timestamps={other}: write clamp or keep"),
    };

    /// <summary>Whether the command line says when registries are asked.</summary>
    public bool SaysPull(ParseResult parsed) => parsed.GetResult(_pull) is { Implicit: false };

    private static string[] Values(ParseResult parsed, Option<string[]> option) => parsed.GetValue(option) ?? [];
}
