using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Sandbox;

/// <summary>
/// The mount and process-id namespaces of a build. Every mount of Caisson is made inside, every container is started inside, and
/// when this process ends, however it ends, the kernel takes both namespaces down with all that lives in them.
/// </summary>
/// <remarks>
/// <para>Who holds them: a small process (<c>unshare</c>, then <c>cat</c> as the first process of the new process-id namespace)
/// that reads a pipe whose only writing end is ours. Our end closes at our death, <c>cat</c> reads the end of its input and exits, and
/// the death of a namespace's first process kills every other in it.</para>
/// <para>Who works in them: one thread of this process, which is in the mount namespace; mounts and starts of processes are queued to
/// it. Into the process-id namespace goes only what is started, through <c>nsenter</c>: a thread that is set to another one
/// cannot start threads, and the .NET runtime starts some when it likes, and aborts when it cannot.</para>
/// </remarks>
public sealed class PrivateNamespaces : IProcessLauncher, IAsyncDisposable
{
    private const string HolderScript = "echo ready; exec cat";

    private readonly Process _holder;
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    private PrivateNamespaces(Process holder)
    {
        _holder = holder;
        _thread = new Thread(Serve) { Name = "caisson namespaces", IsBackground = true };
    }

    /// <summary>Makes the namespaces.</summary>
    /// <exception cref="ProcessStartException">The program <c>unshare</c> of util-linux is missing.</exception>
    /// <exception cref="SandboxException">The kernel does not allow it.</exception>
    public static async Task<PrivateNamespaces> CreateAsync(CancellationToken ct)
    {
        ProcessStartInfo start = new("unshare", ["--mount", "--pid", "--fork", "--mount-proc", "--", "sh", "-c", HolderScript])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        PrivateNamespaces namespaces = new(DirectLauncher.Start(start));
        try
        {
            if (await namespaces._holder.StandardOutput.ReadLineAsync(ct).ConfigureAwait(false) != "ready")
            {
                string reason = await namespaces._holder.StandardError.ReadToEndAsync(ct).ConfigureAwait(false);
                throw new SandboxException($"cannot make a private mount namespace: {reason.Trim()}");
            }
            namespaces._thread.Start();
            await namespaces.RunAsync(namespaces.Enter).ConfigureAwait(false);
            return namespaces;
        }
        catch
        {
            await namespaces.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs something on the thread that lives in the namespaces. It must not wait for anything.</summary>
    public Task RunAsync(Action action) => RunAsync(() =>
    {
        action();
        return true;
    });

    /// <summary>Runs something on the thread that lives in the namespaces. It must not wait for anything.</summary>
    public Task<T> RunAsync<T>(Func<T> action) => Task.Run(() =>
    {
        // That thread does no more than set an event: were it to complete a task, it might start a thread of the pool, and a new thread
        // belongs to the namespaces of the one that starts it.
        using WorkItem<T> item = new(action);
        _work.Add(item.Do);
        return item.Wait();
    });

    /// <summary>Starts a process inside. What is returned is <c>nsenter</c>, whose only child it is, and which ends as it does.</summary>
    /// <exception cref="ProcessStartException">The program <c>nsenter</c> of util-linux is missing.</exception>
    public Task<Process> StartAsync(ProcessStartInfo start, CancellationToken ct)
    {
        // In the namespaces, /proc/1 is the process that holds them.
        string[] arguments = ["--pid=/proc/1/ns/pid", "--", start.FileName, .. start.ArgumentList];
        start.FileName = "nsenter";
        start.ArgumentList.Clear();
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return RunAsync(() => DirectLauncher.Start(start));
    }

    /// <summary>Ends everything that still runs inside, and with the last process the mounts go.</summary>
    public async ValueTask DisposeAsync()
    {
        _work.CompleteAdding();
        if (_thread.IsAlive)
            _thread.Join();
        _holder.StandardInput.Close();
        await _holder.WaitForExitAsync().ConfigureAwait(false);
        _holder.Dispose();
        _work.Dispose();
    }

    private void Enter()
    {
        using SafeFileHandle mounts = File.OpenHandle($"/proc/{_holder.Id}/ns/mnt");
        Mounts.UnshareFileSystemState();
        Mounts.EnterMountNamespace(mounts);
    }

    private void Serve()
    {
        foreach (Action action in _work.GetConsumingEnumerable())
            action();
    }

    private sealed class WorkItem<T>(Func<T> action) : IDisposable
    {
        private readonly ManualResetEventSlim _done = new();
        private ExceptionDispatchInfo? _failure;
        private T? _result;

        public void Do()
        {
            try
            {
                _result = action();
            }
            catch (Exception e) // thrown again where the result is waited for
            {
                _failure = ExceptionDispatchInfo.Capture(e);
            }
            _done.Set();
        }

        public T Wait()
        {
            _done.Wait();
            _failure?.Throw();
            return _result!; // set, since nothing failed
        }

        public void Dispose() => _done.Dispose();
    }
}
