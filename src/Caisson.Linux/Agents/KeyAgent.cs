using System.Collections.Immutable;
using System.Text;
using Caisson.Linux.Processes;
using Caisson.Linux.Sandbox;

namespace Caisson.Linux.Agents;

/// <summary>An SSH agent of our own: a process of OpenSSH's <c>ssh-agent</c> that holds some keys, in the namespaces of the build, which take it with them.</summary>
/// <remarks>OpenSSH reads every form of key that there is; nothing of a key is written to disk.</remarks>
public sealed class KeyAgent : IAsyncDisposable
{
    private const string SocketName = "agent";
    private const string SocketVariable = "SSH_AUTH_SOCK";

    private readonly string _directory;
    private readonly ProcessRunner _runner;
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    private KeyAgent(string directory, ProcessRunner runner)
    {
        _directory = directory;
        _runner = runner;
    }

    /// <summary>Its socket.</summary>
    public string SocketPath => Path.Combine(_directory, SocketName);

    /// <summary>Starts an agent.</summary>
    /// <param name="namespaces">Where it lives.</param>
    /// <param name="directory">An empty directory for its socket.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="ProcessStartException">The program is not there.</exception>
    /// <exception cref="SandboxException">It does not start.</exception>
    public static async Task<KeyAgent> StartAsync(PrivateNamespaces namespaces, string directory, CancellationToken ct)
    {
        KeyAgent agent = new(directory, new ProcessRunner(namespaces));
        FirstOutput output = new();
        // The socket is named by a relative path, for absolute ones may be too long for the kernel.
        agent._running = agent._runner.RunAsync(new ProcessRequest { File = "ssh-agent", Arguments = ["-D", "-a", SocketName], WorkingDirectory = directory }, output, started: null, agent._stop.Token);
        try
        {
            if (await Task.WhenAny(output.Ready, agent._running).WaitAsync(ct).ConfigureAwait(false) != output.Ready)
            {
                await agent._running.ConfigureAwait(false);
                throw new SandboxException($"ssh-agent ended at once: {output.Text}");
            }
            return agent;
        }
        catch
        {
            await agent.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Gives it a key to use.</summary>
    /// <param name="key">The private key, in any form that OpenSSH reads.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Why it was not taken; null when it was.</returns>
    public async Task<string?> AddAsync(ReadOnlyMemory<byte> key, CancellationToken ct)
    {
        // Without a terminal and a program that asks, there is no one who could be asked for a passphrase.
        ProcessRequest add = new()
        {
            File = "setsid",
            Arguments = ["--wait", "ssh-add", "-q", "-"],
            WorkingDirectory = _directory,
            Environment = ImmutableSortedDictionary.CreateRange(
                StringComparer.Ordinal,
                new Dictionary<string, string?> { [SocketVariable] = SocketName, ["SSH_ASKPASS_REQUIRE"] = "never", ["SSH_ASKPASS"] = null, ["DISPLAY"] = null }),
            Input = (byte[])[.. key.Span, (byte)'\n'],
        };
        ProcessResult result = await _runner.CaptureAsync(add, ct).ConfigureAwait(false);
        if (result.ExitCode == 0)
            return null;
        string reason = result.Error.Trim().ReplaceLineEndings(" ");
        return reason.Contains("passphrase", StringComparison.OrdinalIgnoreCase) ? "it is protected by a passphrase" : reason;
    }

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await _running.ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ProcessStartException)
        {
            // It was ended, or whoever asked for it has been told that it did not start.
        }
        _stop.Dispose();
    }

    // It listens before it says where.
    private sealed class FirstOutput : IProcessOutput
    {
        private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly StringBuilder _errors = new();

        public Task Ready => _ready.Task;

        public string Text
        {
            get
            {
                lock (_errors)
                    return _errors.ToString().Trim();
            }
        }

        public void Write(OutputStream stream, ReadOnlySpan<byte> bytes)
        {
            if (stream == OutputStream.StandardOutput)
                _ready.TrySetResult();
            lock (_errors)
                _errors.Append(Encoding.UTF8.GetString(bytes));
        }
    }
}
