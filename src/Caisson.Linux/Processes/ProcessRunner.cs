using System.Buffers;
using System.Diagnostics;
using System.Text;

namespace Caisson.Linux.Processes;

/// <summary>Runs processes to their end. The only place of the product that does.</summary>
/// <param name="launcher">Where they are started.</param>
public sealed class ProcessRunner(IProcessLauncher launcher)
{
    private const int PipeBytes = 64 << 10;

    /// <summary>A runner in the namespaces of this process.</summary>
    public static ProcessRunner Direct { get; } = new(DirectLauncher.Instance);

    /// <summary>Runs a process and returns its exit code: 128 and the signal's number when a signal ended it.</summary>
    /// <param name="request">What to run.</param>
    /// <param name="output">Takes its output; null to drop it.</param>
    /// <param name="started">Called once with the process id, as soon as there is one.</param>
    /// <param name="ct">When cancelled, the process is killed with all that it started, and the call fails when they are gone.</param>
    /// <exception cref="ProcessStartException">The program is not there or may not be run.</exception>
    public async Task<int> RunAsync(ProcessRequest request, IProcessOutput? output, Action<int>? started, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        using Process process = await launcher.StartAsync(StartInfo(request), ct).ConfigureAwait(false);
        using CancellationTokenRegistration killing = ct.Register(static p => Kill((Process)p!), process); // not null: the process is given
        try
        {
            started?.Invoke(process.Id);
        }
        catch
        {
            Kill(process);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }
        if (request.InheritStreams)
        {
            await StreamRelay.RunAsync(process).ConfigureAwait(false);
        }
        else
        {
            await Task.WhenAll(
                FeedAsync(process, request.Input),
                PumpAsync(process, OutputStream.StandardOutput, output),
                PumpAsync(process, OutputStream.StandardError, output)).ConfigureAwait(false);
        }
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        ct.ThrowIfCancellationRequested();
        return process.ExitCode;
    }

    /// <summary>Runs a process whose output is short, and returns all of it as text.</summary>
    /// <exception cref="ProcessStartException">The program is not there or may not be run.</exception>
    public async Task<ProcessResult> CaptureAsync(ProcessRequest request, CancellationToken ct)
    {
        Capture capture = new();
        int exitCode = await RunAsync(request, capture, started: null, ct).ConfigureAwait(false);
        return new ProcessResult(exitCode, capture.Text(OutputStream.StandardOutput), capture.Text(OutputStream.StandardError));
    }

    private static ProcessStartInfo StartInfo(ProcessRequest request)
    {
        ProcessStartInfo start = new(request.File, request.Arguments)
        {
            WorkingDirectory = request.WorkingDirectory ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (request.InheritStreams)
            StreamRelay.Prepare(start);
        if (request.HasOwnEnvironment)
            start.Environment.Clear();
        foreach ((string name, string? value) in request.Environment)
            start.Environment[name] = value;
        return start;
    }

    // With its descendants, for it may only be the one that starts the program (nsenter), and they would keep its pipes open.
    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or AggregateException)
        {
            // It, or some of its descendants, ended on their own in the meantime.
        }
    }

    private static async Task FeedAsync(Process process, ReadOnlyMemory<byte> input)
    {
        Stream stdin = process.StandardInput.BaseStream;
        await using (stdin.ConfigureAwait(false))
        {
            try
            {
                await stdin.WriteAsync(input).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // The process closed its input without reading all of it: its exit code tells whether that was wrong.
            }
        }
    }

    private static async Task PumpAsync(Process process, OutputStream which, IProcessOutput? output)
    {
        Stream stream = (which == OutputStream.StandardOutput ? process.StandardOutput : process.StandardError).BaseStream;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PipeBytes);
        try
        {
            while (await stream.ReadAsync(buffer).ConfigureAwait(false) is int count and not 0)
                output?.Write(which, buffer.AsSpan(0, count));
        }
        catch
        {
            Kill(process); // whoever takes the output cannot go on, and the process must not wait for it for ever
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private sealed class Capture : IProcessOutput
    {
        private const int MaxBytes = 4 << 20;
        private readonly MemoryStream[] _streams = [new(), new()];

        public void Write(OutputStream stream, ReadOnlySpan<byte> bytes)
        {
            MemoryStream target = _streams[(int)stream];
            target.Write(bytes[..(int)Math.Min(bytes.Length, MaxBytes - target.Length)]);
        }

        public string Text(OutputStream stream) => Encoding.UTF8.GetString(_streams[(int)stream].GetBuffer(), 0, (int)_streams[(int)stream].Length);
    }
}
