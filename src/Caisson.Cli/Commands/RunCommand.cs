using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Cli.Progress;
using Caisson.Engine;
using Caisson.Linux.Sandbox;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson run</c>: an image's program as a container, to try the image where there is no Docker.</summary>
internal sealed class RunCommand : Command
{
    private readonly EngineHost _host;
    private readonly Option<bool> _remove = new("--rm") { Description = "Accepted for habit: a container leaves nothing behind" };
    private readonly Option<string[]> _environment = new("--env", "-e") { Description = "Variable; without a value it is that of the environment", HelpName = "NAME[=VALUE]", DefaultValueFactory = static _ => [] };
    private readonly Option<string?> _network = new("--network") { Description = "What the container sees of the network. Default: host", HelpName = "host|none" };
    private readonly Option<string?> _entrypoint = new("--entrypoint") { Description = "Program instead of the image's own", HelpName = "PROGRAM" };
    private readonly Option<string?> _user = new("--user", "-u") { Description = "User instead of the image's own", HelpName = "USER[:GROUP]" };
    private readonly Option<string?> _workdir = new("--workdir", "-w") { Description = "Working directory instead of the image's own", HelpName = "DIR" };
    private readonly Option<string?> _platform = new("--platform") { Description = "Platform to choose from an image of several; programs of other processors are emulated. Default: that of this machine", HelpName = "PLATFORM" };
    private readonly Argument<string> _image = new("IMAGE") { Description = "Image to run" };
    private readonly Argument<string[]> _arguments = new("ARG") { Description = "Arguments instead of the image's own", Arity = ArgumentArity.ZeroOrMore };

    public RunCommand(EngineHost host)
        : base("run", "Run an image's program in a container")
    {
        _host = host;
        foreach (Option option in (Option[])[_remove, _environment, _network, _entrypoint, _user, _workdir, _platform])
            Options.Add(option);
        Arguments.Add(_image);
        Arguments.Add(_arguments);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        ContainerRequest request = new()
        {
            Image = References.Parse(parsed.GetRequiredValue(_image)),
            Platform = parsed.GetValue(_platform) is { } platform ? PlatformOption.Parse(platform) : null,
            Arguments = [.. parsed.GetValue(_arguments) ?? []],
            Environment = [.. Variables(parsed)],
            Entrypoint = parsed.GetValue(_entrypoint),
            User = parsed.GetValue(_user),
            WorkingDirectory = parsed.GetValue(_workdir),
            Network = parsed.GetValue(_network) switch
            {
                "host" when _host.IsOffline(parsed) => throw new UsageException("--network=host is not possible with --offline; leave one of them out"),
                null or "host" => SandboxNetwork.Host,
                "none" => SandboxNetwork.None,
                string other => throw new UsageException($"--network={other}: write host or none"),
            },
        };
        try
        {
            _host.Enter();
            BuildEngine engine = await _host.OpenAsync(parsed, ct);
            await using (engine)
                return await engine.RunAsync(request, ct);
        }
        catch (BuildException e)
        {
            // Codes below belong to the program inside; these are those of docker run.
            new DiagnosticPrinter(Console.Error, _host.Environment.HasColors).Print(e);
            return e.Diagnostics[0].Code switch
            {
                EngineCodes.ProgramNotFound => ExitCodes.ProgramNotFound,
                EngineCodes.ProgramNotExecutable => ExitCodes.ProgramNotExecutable,
                _ => ExitCodes.ContainerNotStarted,
            };
        }
    }

    private IEnumerable<string> Variables(ParseResult parsed)
    {
        foreach (string variable in parsed.GetValue(_environment) ?? [])
        {
            if (variable.Contains('=', StringComparison.Ordinal))
                yield return variable;
            else if (_host.Environment.Variables.TryGetValue(variable, out string? value))
                yield return $"{variable}={value}";
        }
    }
}
