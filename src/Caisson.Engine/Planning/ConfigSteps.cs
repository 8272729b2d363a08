using System.Collections.Frozen;
using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Syntax;
using Caisson.Oci.Model;

namespace Caisson.Engine.Planning;

/// <summary>The instructions that change an image's configuration and none of its files.</summary>
/// <remarks>Dockerfile reference; image-spec v1.1.1, config.md.</remarks>
internal static class ConfigSteps
{
    private delegate StagePlan Edit(StagePlan plan, Step step);

    private static readonly FrozenDictionary<Type, Edit> Table = new Dictionary<Type, Edit>
    {
        [typeof(Step.Env)] = static (plan, step) => Env(plan, (Step.Env)step),
        [typeof(Step.Arg)] = static (plan, step) => Arg(plan, (Step.Arg)step),
        [typeof(Step.Label)] = static (plan, step) => Label(plan, (Step.Label)step),
        [typeof(Step.Expose)] = static (plan, step) => Expose(plan, (Step.Expose)step),
        [typeof(Step.User)] = static (plan, step) => User(plan, (Step.User)step),
        [typeof(Step.Volume)] = static (plan, step) => Volume(plan, (Step.Volume)step),
        [typeof(Step.Stopsignal)] = static (plan, step) => StopSignal(plan, (Step.Stopsignal)step),
        [typeof(Step.Cmd)] = static (plan, step) => Cmd(plan, (Step.Cmd)step),
        [typeof(Step.Entrypoint)] = static (plan, step) => Entrypoint(plan, (Step.Entrypoint)step),
        [typeof(Step.Shell)] = static (plan, step) => Shell(plan, (Step.Shell)step),
        [typeof(Step.Healthcheck)] = static (plan, step) => Healthcheck(plan, (Step.Healthcheck)step),
        [typeof(Step.Onbuild)] = static (plan, step) => OnBuild(plan, (Step.Onbuild)step),
        [typeof(Step.Maintainer)] = static (plan, step) => Maintainer(plan, (Step.Maintainer)step),
    }.ToFrozenDictionary();

    /// <summary>The plan after the instruction, its line of history included; null when the instruction changes files.</summary>
    public static StagePlan? TryApply(StagePlan plan, Step step) => Table.TryGetValue(step.GetType(), out Edit? edit) ? edit(plan, step) : null;

    /// <summary>A command as a configuration has it: a line with the shell before it.</summary>
    public static ImmutableArray<string> Command(StagePlan plan, CommandForm form) => form switch
    {
        CommandForm.Exec exec => [.. exec.Arguments.Select(static a => a.Text)],
        CommandForm.Shell shell => [.. plan.Shell, shell.Line.Text],
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static StagePlan Env(StagePlan plan, Step.Env env) =>
        plan.With(plan.Config with { Env = plan.Scope.Environment.ToEnvironment() }, "ENV " + Pairs(env.Pairs));

    private static StagePlan Arg(StagePlan plan, Step.Arg arg) =>
        plan.With(plan.Config, "ARG " + string.Join(' ', arg.Arguments.Select(static a => a.Value is null ? a.Name : $"{a.Name}={a.Value}")));

    private static StagePlan Label(StagePlan plan, Step.Label label)
    {
        ImmutableSortedDictionary<string, string> labels = plan.Config.Labels ?? ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
        return plan.With(plan.Config with { Labels = labels.SetItems(label.Pairs) }, "LABEL " + Pairs(label.Pairs));
    }

    private static StagePlan Expose(StagePlan plan, Step.Expose expose)
    {
        ImmutableSortedSet<string> ports = plan.Config.ExposedPorts ?? ImmutableSortedSet.Create<string>(StringComparer.Ordinal);
        return plan.With(plan.Config with { ExposedPorts = ports.Union(expose.Ports) }, $"EXPOSE [{string.Join(' ', expose.Ports)}]");
    }

    private static StagePlan User(StagePlan plan, Step.User user) => plan.With(plan.Config with { User = user.Name }, "USER " + user.Name);

    private static StagePlan Volume(StagePlan plan, Step.Volume volume)
    {
        ImmutableSortedSet<string> volumes = plan.Config.Volumes ?? ImmutableSortedSet.Create<string>(StringComparer.Ordinal);
        return plan.With(plan.Config with { Volumes = volumes.Union(volume.Paths) }, $"VOLUME [{string.Join(' ', volume.Paths)}]");
    }

    private static StagePlan StopSignal(StagePlan plan, Step.Stopsignal stop) => plan.With(plan.Config with { StopSignal = stop.Signal }, "STOPSIGNAL " + stop.Signal);

    private static StagePlan Cmd(StagePlan plan, Step.Cmd cmd)
    {
        ImmutableArray<string> command = Command(plan, cmd.Command);
        return plan.With(plan.Config with { Cmd = command }, "CMD " + Quoted(command)) with { HasOwnCommand = true };
    }

    // The base's CMD was meant for the base's ENTRYPOINT.
    private static StagePlan Entrypoint(StagePlan plan, Step.Entrypoint entrypoint)
    {
        ImmutableArray<string> command = Command(plan, entrypoint.Command);
        ContainerConfig config = plan.Config with { Entrypoint = command, Cmd = plan.HasOwnCommand ? plan.Config.Cmd : null };
        return plan.With(config, "ENTRYPOINT " + Quoted(command));
    }

    private static StagePlan Shell(StagePlan plan, Step.Shell shell) =>
        plan.With(plan.Config with { Shell = shell.Program }, $"SHELL [{string.Join(' ', shell.Program)}]");

    private static StagePlan Healthcheck(StagePlan plan, Step.Healthcheck step)
    {
        HealthcheckInstruction check = step.Check;
        HealthCheck config = new()
        {
            Test = check.Command switch
            {
                null => ["NONE"],
                CommandForm.Exec exec => ["CMD", .. exec.Arguments.Select(static a => a.Text)],
                CommandForm.Shell shell => ["CMD-SHELL", shell.Line.Text],
                _ => throw new System.Diagnostics.UnreachableException(),
            },
            IntervalNanoseconds = Nanoseconds(check.Interval),
            TimeoutNanoseconds = Nanoseconds(check.Timeout),
            StartPeriodNanoseconds = Nanoseconds(check.StartPeriod),
            StartIntervalNanoseconds = Nanoseconds(check.StartInterval),
            Retries = check.Retries == 0 ? null : check.Retries, // 0 and nothing mean the same: the default
        };
        return plan.With(plan.Config with { HealthCheck = config }, CommandText.Of(check));
    }

    // It does nothing to this image, and so it is no part of its history.
    private static StagePlan OnBuild(StagePlan plan, Step.Onbuild onBuild) =>
        plan with { Config = plan.Config with { OnBuild = (plan.Config.OnBuild ?? []).Add(onBuild.Expression) } };

    private static StagePlan Maintainer(StagePlan plan, Step.Maintainer maintainer) =>
        plan.With(plan.Config, "MAINTAINER " + maintainer.Name) with { Author = maintainer.Name };

    private static long? Nanoseconds(TimeSpan? time) => time is { } value ? value.Ticks * 100 : null;

    private static string Pairs(IEnumerable<KeyValuePair<string, string>> pairs) => string.Join(' ', pairs.Select(static p => $"{p.Key}={p.Value}"));

    // As Docker writes it, whose history other tools read: quoted in the way of Go.
    private static string Quoted(ImmutableArray<string> command) => $"[{string.Join(' ', command.Select(GoText.Quote))}]";
}
