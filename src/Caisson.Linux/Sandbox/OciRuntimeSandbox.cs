using System.Collections.Immutable;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;

namespace Caisson.Linux.Sandbox;

/// <summary>Runs programs through an OCI runtime: one bundle a container, in the namespaces of the build.</summary>
/// <remarks>
/// runtime-spec v1.0.2, runtime.md; the command line is that of runc, which crun and youki share. A bundle holds the environment of a program, which
/// may be secret: what is written here is written inside the namespaces, where <see cref="SandboxHost"/> gives it a file system in memory.
/// </remarks>
public sealed class OciRuntimeSandbox : ISandbox
{
    private const string LogName = "runtime.log";
    private const string BrokenPipe = "writing to pipe: Broken pipe";
    private const int MaxStarts = 5;

    private static readonly ImmutableSortedDictionary<string, string?> s_plainLanguage =
        ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal).Add("LC_ALL", "C");

    private readonly OciRuntime _runtime;
    private readonly HostTraits _host;
    private readonly string _workPath;
    private readonly PrivateNamespaces _namespaces;
    private readonly ProcessRunner _runner;

    /// <summary>Uses a runtime.</summary>
    /// <param name="runtime">The runtime.</param>
    /// <param name="host">What this machine is like.</param>
    /// <param name="namespaces">The namespaces that the containers live in.</param>
    /// <param name="workPath">An existing directory for bundles and the runtime's own files.</param>
    public OciRuntimeSandbox(OciRuntime runtime, HostTraits host, PrivateNamespaces namespaces, string workPath)
    {
        _runtime = runtime;
        _host = host;
        _workPath = workPath;
        _namespaces = namespaces;
        _runner = new ProcessRunner(namespaces);
    }

    /// <inheritdoc/>
    public async Task<int> RunAsync(SandboxRequest request, IProcessOutput? output, CancellationToken ct)
    {
        string bundle = Path.Combine(_workPath, "bundle-" + request.Id);
        try
        {
            ReadOnlyMemory<byte> config = RuntimeConfig.Write(request, _host);
            await _namespaces.RunAsync(() =>
            {
                Directory.CreateDirectory(bundle);
                File.WriteAllBytes(Path.Combine(bundle, "config.json"), config.Span);
            }).ConfigureAwait(false);
            for (int start = 1; ; start++)
            {
                try
                {
                    return await RunBundleAsync(request, bundle, output, ct).ConfigureAwait(false);
                }
                catch (SandboxException e) when (start < MaxStarts && e.Message.EndsWith(BrokenPipe, StringComparison.Ordinal))
                {
                    // crun's inner process failed before it began the program, and the outer one did not wait to hear why: it says so at the next start.
                    await _namespaces.RunAsync(() => File.Delete(Path.Combine(bundle, LogName))).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await _namespaces.RunAsync(() => Directory.Delete(bundle, recursive: true)).ConfigureAwait(false);
        }
    }

    private async Task<int> RunBundleAsync(SandboxRequest request, string bundle, IProcessOutput? output, CancellationToken ct)
    {
        string id = request.Id;
        string log = Path.Combine(bundle, LogName);
        ProcessRequest run = Command("--log", log, "run", "--bundle", bundle, id) with { InheritStreams = output is null };
        using CancellationTokenSource hardKill = new();
        Task killed = Task.CompletedTask;
        SignalForwarder? forwarder = null;
        WindowFollower? follower = null;
        // The runtime hands every signal that it gets to the program inside.
        void Started(int processId)
        {
            if (output is null)
                forwarder = new SignalForwarder(processId, request.StopSignal, StandardStreams.InputIsTerminal);
            if (request.Terminal is not null && !_runtime.FollowsWindow)
                follower = new WindowFollower(processId);
        }

        using (ct.Register(() => killed = KillAsync(id, hardKill)))
        {
            try
            {
                int exitCode = await _runner.RunAsync(run, output, Started, hardKill.Token).ConfigureAwait(false);
                if (exitCode == 0 || ct.IsCancellationRequested)
                    return exitCode;
                return await _namespaces.RunAsync(() => RuntimeLog.FirstError(log)).ConfigureAwait(false) is not { } error
                    ? exitCode
                    : throw new SandboxException($"{_runtime.Name}: {error}")
                    {
                        IsProgramMissing = RuntimeLog.IsProgramMissing(error),
                        IsProgramRefused = RuntimeLog.IsProgramRefused(error),
                    };
            }
            catch (ProcessStartException e)
            {
                throw new SandboxException(e.Message, e);
            }
            finally
            {
                forwarder?.Dispose();
                follower?.Dispose();
                await killed.ConfigureAwait(false);
                ct.ThrowIfCancellationRequested();
            }
        }
    }

    // Ends the container, and with it the runtime that waits for it. Where there is no container yet, the runtime itself is ended.
    private async Task KillAsync(string id, CancellationTokenSource hardKill)
    {
        ProcessResult deleted = await _runner.CaptureAsync(Command("delete", "--force", id), CancellationToken.None).ConfigureAwait(false);
        if (deleted.ExitCode != 0)
            await hardKill.CancelAsync().ConfigureAwait(false);
    }

    // Programs that start it read no files of a language. What runs inside has the environment that the bundle names.
    private ProcessRequest Command(params ReadOnlySpan<string> arguments) =>
        new() { File = _runtime.Path, Arguments = [.. _runtime.Options(Path.Combine(_workPath, "runtime")), .. arguments], Environment = s_plainLanguage };
}
