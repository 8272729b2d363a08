using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;
using Caisson.Engine.Graph;
using Caisson.Linux.Sandbox;

namespace Caisson.Engine.Planning;

/// <summary>RUN: a program and everything that it sees.</summary>
/// <param name="graph">Where the nodes are made.</param>
/// <param name="sources">Finds the nodes of what mounts show.</param>
/// <param name="options">What the plan depends on besides the Dockerfile.</param>
internal sealed class RunSteps(GraphBuilder graph, SourceNodes sources, PlannerOptions options)
{
    private const string ScriptDirectory = "/dev/pipes/";

    /// <summary>The plan after the instruction.</summary>
    /// <param name="plan">The plan before it.</param>
    /// <param name="run">The instruction.</param>
    /// <param name="label">What people read of it.</param>
    /// <exception cref="BuildException">It asks for something that the build may not do.</exception>
    public StagePlan Apply(StagePlan plan, Step.Run run, NodeLabel label)
    {
        StepDefaults defaults = options.Steps;
        Grants grants = new(defaults.Entitlements, defaults.Devices);
        RunMounts mounts = new(plan, sources, options);
        foreach (BoundMount mount in run.Mounts)
            mounts.Add(mount);
        ImmutableArray<string> arguments = Arguments(plan, run, mounts);
        (ImmutableArray<string> own, ImmutableArray<string> proxies) = EnvironmentOf(plan.Scope);
        Dictionary<string, SourceSpan> places = new(StringComparer.Ordinal);
        Operation.Run operation = new()
        {
            Arguments = arguments,
            Environment = mounts.WithAgent(own),
            ProxyEnvironment = proxies,
            SecretEnvironment = mounts.SecretEnvironment,
            WorkingDirectory = plan.WorkingDirectory,
            User = plan.Config.User ?? "",
            Platform = plan.Platform,
            Network = run.Network switch
            {
                NetworkMode.None => StepNetwork.None,
                NetworkMode.Host => StepNetwork.Host,
                NetworkMode.Gateway => StepNetwork.Gateway,
                _ => defaults.Network switch
                {
                    SandboxNetwork.None => StepNetwork.None,
                    SandboxNetwork.Gateway => StepNetwork.Gateway,
                    _ => StepNetwork.Default,
                },
            },
            Security = run.Security == SecurityMode.Insecure ? StepSecurity.Insecure : StepSecurity.Sandbox,
            Devices = DevicesOf(run, grants, places),
            HostName = defaults.HostName,
            ExtraHosts = defaults.ExtraHosts,
            SharedMemoryBytes = defaults.SharedMemoryBytes,
            Limits = defaults.Limits,
            Mounts = mounts.Mounts,
        };
        grants.Check(operation, label, what => places.TryGetValue(what, out SourceSpan found) ? found : FlagSpan(run, what));
        return plan.With(graph.Add(operation, mounts.Inputs, label with { Parts = mounts.Parts, Shell = plan.Shell[0], Arguments = ArgumentsOf(plan.Scope, own) }), CommandText.OfRun(plan.Scope, arguments));
    }

    private static ImmutableArray<string> DevicesOf(Step.Run run, Grants grants, Dictionary<string, SourceSpan> places)
    {
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
        foreach (DeviceRequest request in run.Devices)
            names.AddRange(grants.FindDevices(request.Name, request.IsRequired, request.Flag.Span).Where(d => places.TryAdd(d, request.Flag.Span)));
        return names.ToImmutable();
    }

    private static SourceSpan FlagSpan(Step.Run run, string flag) => run.Origin.Syntax.Flags.FirstOrDefault(f => f.Name.Text == flag)?.Span ?? run.Origin.Syntax.Span;

    // A script with its own interpreter is shown to the step as a file, which the shell starts: so does BuildKit.
    private static ImmutableArray<string> Arguments(StagePlan plan, Step.Run run, RunMounts mounts)
    {
        switch (run.Script)
        {
            case RunScript.Shell shell:
                return [.. plan.Shell, shell.Text];
            case RunScript.Exec exec:
                return exec.Arguments;
            case RunScript.Executable executable:
                string path = ScriptDirectory + executable.Name;
                mounts.Add(new StepMount.Script(path, executable.Content), run.Origin.Syntax.Span);
                return [.. plan.Shell, path];
            default:
                throw new System.Diagnostics.UnreachableException(run.Script.GetType().Name);
        }
    }

    // The variables that are not those of the image: ARG set them.
    private static ImmutableArray<string> ArgumentsOf(StageScope scope, ImmutableArray<string> variables)
    {
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
        foreach (string variable in variables)
        {
            string name = variable[..variable.IndexOf('=', StringComparison.Ordinal)];
            if (scope.IsDeclared(name) && (!scope.Environment.TryGet(name, out string? value) || !variable.AsSpan(name.Length + 1).SequenceEqual(value)))
                names.Add(name);
        }
        return names.ToImmutable();
    }

    // A step's own variables, and those that let it reach the network and change nothing of what it does.
    private static (ImmutableArray<string> Own, ImmutableArray<string> Proxies) EnvironmentOf(StageScope scope) => (
        scope.Variables.ToEnvironment(),
        [.. scope.StepEnvironment.Where(v => PredefinedArguments.IsProxy(v.Key) && !scope.Variables.Contains(v.Key)).Select(static v => $"{v.Key}={v.Value}")]);
}
