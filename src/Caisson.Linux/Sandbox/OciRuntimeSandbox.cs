using System.Collections.Immutable;
using System.Net;
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
    private const string ProcessName = "pid";
    private const string BrokenPipe = "writing to pipe: Broken pipe";
    private const int MaxStarts = 5;

    // A runtime answers at once, or never.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly ImmutableSortedDictionary<string, string?> s_plainLanguage =
        ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal).Add("LC_ALL", "C");

    private readonly OciRuntime _runtime;
    private readonly HostTraits _host;
    private readonly string _workPath;
    private readonly PrivateNamespaces _namespaces;
    private readonly ProcessRunner _runner;
    private readonly Emulation _emulation;

    /// <summary>Uses a runtime.</summary>
    /// <param name="runtime">The runtime.</param>
    /// <param name="host">What this machine is like.</param>
    /// <param name="namespaces">The namespaces that the containers live in.</param>
    /// <param name="workPath">An existing directory for bundles and the runtime's own files.</param>
    /// <param name="emulators">What runs programs of other processors.</param>
    public OciRuntimeSandbox(OciRuntime runtime, HostTraits host, PrivateNamespaces namespaces, string workPath, Emulators emulators)
    {
        _runtime = runtime;
        _host = host;
        _workPath = workPath;
        _namespaces = namespaces;
        _runner = new ProcessRunner(namespaces);
        _emulation = new Emulation(emulators, namespaces, workPath);
    }

    /// <inheritdoc/>
    public async Task<int> RunAsync(SandboxRequest request, IProcessOutput? output, CancellationToken ct)
    {
        string bundle = Path.Combine(_workPath, "bundle-" + request.Id);
        try
        {
            JoinedUserNamespace? users = await _emulation.FindAsync(request.Architecture).ConfigureAwait(false);
            ReadOnlyMemory<byte> config = RuntimeConfig.Write(request, _host, users);
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
                    await _namespaces.RunAsync(() =>
                    {
                        File.Delete(Path.Combine(bundle, LogName));
                        File.Delete(Path.Combine(bundle, ProcessName));
                    }).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await _namespaces.RunAsync(() => Remove(bundle)).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task<LoopbackNetwork> CreateNetworkAsync(string? architecture, IPEndPoint listenAt, CancellationToken ct) =>
        await LoopbackNetwork.CreateAsync(_namespaces, await _emulation.FindAsync(architecture).ConfigureAwait(false), listenAt, ct).ConfigureAwait(false);

    // Whatever the runtime did to it: what is in it is in memory, and goes with the namespaces at the latest.
    private static void Remove(string bundle)
    {
        try
        {
            Directory.Delete(bundle, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private async Task<int> RunBundleAsync(SandboxRequest request, string bundle, IProcessOutput? output, CancellationToken ct)
    {
        string id = request.Id;
        string log = Path.Combine(bundle, LogName);
        string process = Path.Combine(bundle, ProcessName);
        ProcessRequest run = Command("--log", log, "run", "--pid-file", process, "--bundle", bundle, id) with { InheritStreams = output is null };
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
                if (!ct.IsCancellationRequested)
                    await _namespaces.RunAsync(() => Check(exitCode, log, process)).ConfigureAwait(false);
                return exitCode;
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

    // An exit code is the program's only when there was a program: the runtime notes its process, unless it fails before that.
    private void Check(int exitCode, string log, string process)
    {
        if (exitCode != 0 && RuntimeLog.FirstError(log) is { } error)
        {
            throw new SandboxException($"{_runtime.Name}: {error}")
            {
                IsProgramMissing = RuntimeLog.IsProgramMissing(error),
                IsProgramRefused = RuntimeLog.IsProgramRefused(error),
            };
        }
        if (!File.Exists(process))
            throw new SandboxException($"{_runtime.Path} ended with exit code {exitCode} and did not start the program: is it an OCI runtime?") { IsRuntimeBroken = true };
    }

    // Ends the container, and with it the runtime that waits for it. Where there is no container yet, or no answer, the runtime itself is ended.
    private async Task KillAsync(string id, CancellationTokenSource hardKill)
    {
        using CancellationTokenSource patience = new(Patience);
        try
        {
            ProcessResult deleted = await _runner.CaptureAsync(Command("delete", "--force", id), patience.Token).ConfigureAwait(false);
            if (deleted.ExitCode != 0)
                await hardKill.CancelAsync().ConfigureAwait(false);
            else
                hardKill.CancelAfter(Patience);
        }
        catch (OperationCanceledException)
        {
            await hardKill.CancelAsync().ConfigureAwait(false);
        }
    }

    // Programs that start it read no files of a language. What runs inside has the environment that the bundle names.
    private ProcessRequest Command(params ReadOnlySpan<string> arguments) =>
        new() { File = _runtime.Path, Arguments = [.. _runtime.Options(Path.Combine(_workPath, "runtime")), .. arguments], Environment = s_plainLanguage };
}
