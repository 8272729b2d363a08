using System.Diagnostics;
using System.Text;

namespace Caisson.IntegrationTests.Testing;

/// <summary>A program on a terminal of 111 columns and 33 lines, at which the test sits: it reads what is shown, and types.</summary>
/// <remarks>The terminal is that of <c>script</c> (util-linux).</remarks>
internal sealed class Terminal : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly StringBuilder _shown = new();
    private int _seen;

    private Terminal(Process process) => _process = process;

    /// <summary>Starts a program.</summary>
    public static Terminal Start(ProcessStartInfo start)
    {
        string command = string.Join(' ', ((string[])[start.FileName, .. start.ArgumentList]).Select(static word => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'"));
        start.FileName = Tool.Require("script");
        start.ArgumentList.Clear();
        foreach (string argument in (string[])["--quiet", "--return", "--command", $"stty cols 111 rows 33; exec {command}", "/dev/null"])
            start.ArgumentList.Add(argument);
        start.Environment["TERM"] = "xterm";
        start.Environment["SHELL"] = "/bin/sh";
        start.RedirectStandardInput = start.RedirectStandardOutput = true;
        return new Terminal(Process.Start(start) ?? throw new InvalidOperationException("script did not start"));
    }

    /// <summary>The process of <c>script</c>; the program is below it.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Types something; <c>\n</c> is the enter key, <c>\x03</c> Ctrl-C.</summary>
    public async Task TypeAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        await _process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits until something is shown, behind what was waited for before.</summary>
    public async Task ShowsAsync(string text)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Patience);
        char[] buffer = new char[4096];
        while (true)
        {
            int at = _shown.ToString().IndexOf(text, _seen, StringComparison.Ordinal);
            if (at >= 0)
            {
                _seen = at + text.Length;
                return;
            }
            int count = await ReadAsync(buffer, deadline.Token);
            Assert.True(count > 0, $"\"{text}\" was not shown:\n{_shown}");
            _shown.Append(buffer, 0, count);
        }
    }

    /// <summary>Waits for the program's end and returns its exit code.</summary>
    public async Task<int> EndAsync()
    {
        _shown.Append(await _process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>All that was shown so far.</summary>
    public override string ToString() => _shown.ToString();

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(_shown.ToString());
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<int> ReadAsync(char[] buffer, CancellationToken ct)
    {
        try
        {
            return await _process.StandardOutput.ReadAsync(buffer, ct);
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            return 0;
        }
    }
}
