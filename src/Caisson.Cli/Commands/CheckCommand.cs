using System.CommandLine;
using Caisson.Cli.Calls;
using Caisson.Cli.Hosting;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson check</c>: what a build would say about its Dockerfile, without building.</summary>
internal sealed class CheckCommand : Command
{
    private readonly EngineHost _host;
    private readonly Option<string?> _file = new("--file", "-f") { Description = "Dockerfile: a file, an address of the web, or - for standard input. Default: Dockerfile of the context", HelpName = "FILE" };
    private readonly Option<string?> _target = new("--target") { Description = "Stage whose build is checked. Default: all stages are looked at", HelpName = "STAGE" };
    private readonly Option<string[]> _arguments = new("--build-arg") { Description = "Build argument; without a value it is that of the environment", HelpName = "NAME[=VALUE]", DefaultValueFactory = static _ => [] };
    private readonly Option<string?> _platform = new("--platform") { Description = "Platform to build for, such as linux/amd64. Default: that of this machine", HelpName = "PLATFORM" };
    private readonly Option<string[]> _contexts = new("--build-context") { Description = "Named context, as build takes it", HelpName = "NAME=VALUE", DefaultValueFactory = static _ => [] };
    private readonly GitSignersOption _signers = new();
    private readonly Option<string?> _pull = PullOption.Make("Ask registries about base images: --pull alone, or with =always. Default: only what is known on this machine counts");
    private readonly Option<string?> _format = new("--format") { Description = "How the result is written: text or json. Default: text", HelpName = "text|json" };
    private readonly Option<bool> _error = new("--error") { Description = "End with exit code 1 when there are warnings, as # check=error=true in the Dockerfile asks for" };
    private readonly Argument<string> _context = new("CONTEXT") { Description = "What would be built, as build takes it. Default: .", DefaultValueFactory = static _ => "." };

    public CheckCommand(EngineHost host)
        : base("check", "Say what a build would say about its Dockerfile, without building")
    {
        _host = host;
        foreach (Option option in (Option[])[_file, _target, _arguments, _platform, _contexts, _signers, _pull, _format, _error])
            Options.Add(option);
        Arguments.Add(_context);
        SetAction(RunAsync);
    }

    private Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        string? format = parsed.GetValue(_format);
        CallRequest call = new(CallMethod.Check)
        {
            IsJson = CallRequest.IsJsonFormat(format, $"--format={format}"),
            FailsOnWarning = parsed.GetValue(_error),
        };
        BuildRequest request = new()
        {
            Context = BuildContext.FromLocation(parsed.GetRequiredValue(_context)),
            StandardInput = StandardInput.For(parsed.GetRequiredValue(_context), parsed.GetValue(_file)),
            DockerfilePath = parsed.GetValue(_file),
            Target = parsed.GetValue(_target),
            Arguments = BuildArguments.Read(parsed.GetValue(_arguments) ?? [], _host.Environment),
            NamedContexts = NamedContextOptions.Read(parsed.GetValue(_contexts) ?? []),
            GitSigners = _signers.Read(parsed),
            Platforms = parsed.GetValue(_platform) is { } platform ? [PlatformOption.Parse(platform)] : [],
            Pull = PullOption.Read(parsed.GetValue(_pull), PullPolicy.Missing),
        };
        return new DockerfileCall(call, _host.OptionsOf(parsed), _host.Environment.HasColors && !Console.IsOutputRedirected).RunAsync(request, ct);
    }
}
