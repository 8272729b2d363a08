using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Caisson.Linux.Processes;
using Caisson.Linux.Sandbox;

namespace Caisson.Linux.Tests.Testing;

/// <summary>A box in another process, which is root of a user namespace there. The two speak in lines.</summary>
internal sealed class RemoteBox : IBox
{
    private readonly OtherProcess _process;
    private readonly ConcurrentDictionary<string, Run> _runs = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Task _reading;
    private int _last;

    private RemoteBox(OtherProcess process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>Goes on when the other process has its box.</summary>
    public static async Task<RemoteBox> OpenAsync(OtherProcess process)
    {
        Assert.Equal("open", await process.ReadLineAsync());
        return new RemoteBox(process);
    }

    public async Task<int> RunAsync(SandboxRequest request, IProcessOutput output, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        string id = Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);
        Run run = new(output);
        _runs[id] = run;
        await SayAsync($"run {id} {Encode(BoxJob.Write(request))}");
        await using CancellationTokenRegistration cancelling = ct.Register(() => Task.Run(() => SayAsync($"cancel {id}"), CancellationToken.None).Wait(CancellationToken.None));
        return await run.Ended.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Dispose();
        await _reading;
        _writing.Dispose();
    }

    /// <summary>The other process's part.</summary>
    public static async Task ServeAsync(Box box, TextReader orders, TextWriter answers)
    {
        ConcurrentDictionary<string, CancellationTokenSource> running = new();
        List<Task> runs = [];
        answers.WriteLine("open");
        while (await orders.ReadLineAsync() is { } line)
        {
            string[] words = line.Split(' ');
            if (words[0] == "cancel")
                await running[words[1]].CancelAsync();
            else
                runs.Add(AnswerAsync(box, words[1], BoxJob.Read(Decode(words[2])), answers, running.GetOrAdd(words[1], static _ => new CancellationTokenSource()).Token));
        }
        await Task.WhenAll(runs);
    }

    private static async Task AnswerAsync(Box box, string id, SandboxRequest request, TextWriter answers, CancellationToken ct)
    {
        string answer;
        try
        {
            answer = $"exit {id} {await box.RunAsync(request, new Relay(id, answers), ct)}";
        }
        catch (OperationCanceledException)
        {
            answer = $"cancelled {id}";
        }
        catch (Exception e)
        {
            answer = $"failed {id} {(e as SandboxException)?.IsProgramMissing} {(e as SandboxException)?.IsProgramRefused} {Encode(e.Message)}";
        }
        answers.WriteLine(answer);
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Decode(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));

    private async Task SayAsync(string line)
    {
        await _writing.WaitAsync();
        try
        {
            await _process.WriteLineAsync(line);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        while (await _process.TryReadLineAsync() is { } line)
        {
            string[] words = line.Split(' ');
            Run run = _runs[words[1]];
            switch (words[0])
            {
                case "exit":
                    run.Ended.SetResult(int.Parse(words[2], CultureInfo.InvariantCulture));
                    break;
                case "cancelled":
                    run.Ended.SetCanceled();
                    break;
                case "failed":
                    run.Ended.SetException(new SandboxException(Decode(words[4])) { IsProgramMissing = words[2] == bool.TrueString, IsProgramRefused = words[3] == bool.TrueString });
                    break;
                default:
                    run.Output.Write(Enum.Parse<OutputStream>(words[0]), Convert.FromBase64String(words[2]));
                    break;
            }
        }
        foreach (Run run in _runs.Values)
            run.Ended.TrySetException(new EndOfStreamException("the other process ended"));
    }

    private sealed record Run(IProcessOutput Output)
    {
        public TaskCompletionSource<int> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Relay(string id, TextWriter answers) : IProcessOutput
    {
        public void Write(OutputStream stream, ReadOnlySpan<byte> bytes) => answers.WriteLine($"{stream} {id} {Convert.ToBase64String(bytes)}");
    }
}
