using System.Buffers;
using System.Diagnostics;
using Caisson.Linux.Native;

namespace Caisson.Linux.Processes;

/// <summary>
/// Connects a process with the streams of this one. Only terminals are handed on themselves, for a runtime gives the streams to the user in the
/// container, and what is no terminal may be the machine's own /dev/null, or a file of the caller's.
/// </summary>
internal static class StreamRelay
{
    private const int PipeBytes = 64 << 10;

    private delegate void Writer(ReadOnlySpan<byte> bytes);

    /// <summary>Says which streams need a pipe.</summary>
    public static void Prepare(ProcessStartInfo start)
    {
        start.RedirectStandardInput = !StandardStreams.InputIsTerminal;
        start.RedirectStandardOutput = !StandardStreams.OutputIsTerminal;
        start.RedirectStandardError = !StandardStreams.ErrorIsTerminal;
    }

    /// <summary>Moves bytes until the process has written all.</summary>
    public static Task RunAsync(Process process)
    {
        ProcessStartInfo start = process.StartInfo;
        // Its end is not waited for: a read of our own input can outlast the process, and nothing interrupts it.
        if (start.RedirectStandardInput)
            _ = Task.Run(() => FeedAsync(process.StandardInput.BaseStream));
        return Task.WhenAll(
            start.RedirectStandardOutput ? CopyAsync(process.StandardOutput.BaseStream, StandardStreams.WriteOutput) : Task.CompletedTask,
            start.RedirectStandardError ? CopyAsync(process.StandardError.BaseStream, StandardStreams.WriteError) : Task.CompletedTask);
    }

    private static async Task FeedAsync(Stream target)
    {
        try
        {
            await using (target.ConfigureAwait(false))
            {
                using Stream input = Console.OpenStandardInput();
                await input.CopyToAsync(target, PipeBytes).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The process ended, or reads no more.
        }
    }

    // When nobody takes the output any more, the pipe is closed, and the process learns it the way it would without us.
    private static async Task CopyAsync(Stream source, Writer write)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PipeBytes);
        try
        {
            await using (source.ConfigureAwait(false))
            {
                while (await source.ReadAsync(buffer).ConfigureAwait(false) is int count and not 0)
                    write(buffer.AsSpan(0, count));
            }
        }
        catch (SystemCallException e) when (e.ErrorNumber == Errno.EPIPE)
        {
            // Nothing is left to do: the pipe is closed by now.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
