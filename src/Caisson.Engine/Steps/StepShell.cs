using System.Collections.Immutable;
using System.Globalization;
using Caisson.Engine.Caching;
using Caisson.Engine.Graph;
using Caisson.Linux.Native;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>Runs another program where one failed: on the files as that one left them, in its surroundings. What it changes of them is thrown away.</summary>
/// <param name="services">What steps work with.</param>
/// <param name="warn">Told of what the failed program had and this one has not.</param>
internal sealed class StepShell(StepServices services, Action<StepException> warn)
{
    private const string SearchVariable = "PATH=";
    private const string TerminalVariable = "TERM=";

    private static readonly ImmutableArray<string> s_usual = ["/bin/sh", "/bin/bash", "/bin/ash", "/usr/bin/sh", "/busybox/sh"];

    /// <summary>Runs it to its end, with this process's streams and signals, and returns its exit code.</summary>
    /// <param name="failed">What failed.</param>
    /// <param name="program">What is run.</param>
    /// <param name="entering">Told of the place just before it starts: directory and user.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="StepException">It cannot be entered.</exception>
    /// <exception cref="SandboxException">The sandbox could not be set up.</exception>
    public async Task<int> RunAsync(FailedRun failed, ShellProgram program, Action<string, uint> entering, CancellationToken ct)
    {
        Operation.Run run = WithoutMissing(failed);
        StepMaterial material = new(failed.Inputs, [.. run.Mounts.Select(static _ => (Selection?)null)], Step: "");
        StepContainer container = await StepContainer.OpenAsync(services, run, material, static _ => { }, ct).ConfigureAwait(false);
        await using (container.ConfigureAwait(false))
        {
            SandboxRequest request = container.Request;
            bool needsType = program is { HasTerminal: true, TerminalType: not null } && !request.Environment.Any(static v => v.StartsWith(TerminalVariable, StringComparison.Ordinal));
            request = request with
            {
                Arguments = program.Arguments.IsEmpty ? [FindShell(container.Seen, request.Environment, program.Shell)] : program.Arguments,
                Terminal = program.HasTerminal ? TerminalWindow.OfInput : null,
                Environment = needsType ? request.Environment.Add(TerminalVariable + program.TerminalType) : request.Environment,
                WorkingDirectory = DirectoryIn(container.Seen, request.WorkingDirectory),
            };
            entering(request.WorkingDirectory, request.User.Uid);
            return await container.RunAsync(request, output: null, ct).ConfigureAwait(false);
        }
    }

    // What is not to be had is left out, and told.
    private Operation.Run WithoutMissing(FailedRun failed)
    {
        List<StepMount> mounts = [];
        foreach (StepMount mount in failed.Run.Mounts)
        {
            if (MissingOf(mount, failed.Inputs) is { } missing)
                warn(missing);
            else
                mounts.Add(mount);
        }
        List<SecretVariable> variables = [];
        foreach (SecretVariable variable in failed.Run.SecretEnvironment)
        {
            if (!services.Secrets.Has(variable.Id))
                warn(MissingSecret(variable.Id, $"the variable {variable.Name} is not set"));
            else
                variables.Add(variable);
        }
        return failed.Run with { Mounts = [.. mounts], SecretEnvironment = [.. variables] };
    }

    private StepException? MissingOf(StepMount mount, ImmutableArray<StepInput> inputs) => mount switch
    {
        StepMount.Secret secret when !services.Secrets.Has(secret.Id) => MissingSecret(secret.Id, $"{secret.Target} is not there"),
        StepMount.Ssh ssh when !services.SshAgents.Has(ssh.Id) => Incomplete($"the step had the SSH agent \"{ssh.Id}\", which was not given now", $"give it with --ssh {ssh.Id}"),
        StepMount.Cache { Input: { } input } cache when inputs[input] is StepInput.Seed seed && !services.CacheMounts.Has(cache, new CacheSeed(seed.Name, static (_, _) => throw new System.Diagnostics.UnreachableException())) =>
            Incomplete($"the cache mount \"{cache.Id}\" of the step is gone: {cache.Target} is not mounted", hint: null),
        _ => null,
    };

    private static StepException MissingSecret(string id, string effect) =>
        Incomplete($"the step had the secret \"{id}\", which was not given now: {effect}", $"give it with --secret id={id},src=FILE or --secret id={id},env=NAME");

    private static StepException Incomplete(string message, string? hint) => new(EngineCodes.KeptStepIncomplete, message, hint);

    // The step may have removed it.
    private static string DirectoryIn(MergedTree tree, string path) => tree.Find(TreePath.Resolve(tree, path)) is { IsDirectory: true } ? path : "/";

    private static string FindShell(MergedTree tree, ImmutableArray<string> environment, string? own)
    {
        string path = environment.LastOrDefault(static v => v.StartsWith(SearchVariable, StringComparison.Ordinal)) ?? SearchVariable;
        foreach (string shell in own is null ? s_usual : s_usual.Insert(0, own))
        {
            IEnumerable<string> candidates = shell.Contains('/', StringComparison.Ordinal) ? [shell] : path[SearchVariable.Length..].Split(':').Select(directory => $"{directory}/{shell}");
            foreach (string candidate in candidates)
            {
                if (tree.Find(TreePath.Resolve(tree, candidate)) is { Kind: EntryKind.File or EntryKind.HardLink } file && (file.Mode & 0x49) != 0) // 0111
                    return candidate;
            }
        }
        string tried = string.Join(", ", (own is null ? s_usual : s_usual.Insert(0, own)).Distinct(StringComparer.Ordinal));
        throw new StepException(
            EngineCodes.NoShell,
            string.Create(CultureInfo.InvariantCulture, $"the file system of the step has no shell: neither of {tried}"),
            "build with --on-fail=keep, and run a program that it has: caisson shell STEP -- PROGRAM");
    }
}
