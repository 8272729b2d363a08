using System.Text;
using Caisson.Daemon.EngineApi;
using Caisson.Dockerfile.Source;
using Caisson.Engine;
using Caisson.Engine.Events;
using Caisson.Oci.Model;

namespace Caisson.Daemon.Tests.EngineApi;

public sealed class ClassicTranscriptTests
{
    private static readonly SourceText Dockerfile = new("Dockerfile", "FROM base AS a\nRUN first\nFROM base AS b\nRUN second\nFROM scratch\nCOPY --from=a / /\nCOPY --from=b / /\n");

    private readonly StringBuilder _said = new();
    private readonly List<string> _texts = [];
    private readonly ClassicTranscript _transcript;

    public ClassicTranscriptTests() => _transcript = new ClassicTranscript(
        new BuildQuery(new BuildRequest { Context = BuildContext.FromLocation("-") }, [], []),
        text =>
        {
            _said.Append(text);
            _texts.Add(text);
            return Task.CompletedTask;
        },
        static _ => Task.FromResult<ClassicBase?>(null));

    [Fact]
    public async Task Steps_that_end_in_another_order_are_told_in_that_of_the_file()
    {
        await _transcript.BeginAsync(Dockerfile);
        await CompleteAsync("FROM base AS a", isCached: true);
        await StartAsync("RUN first");
        await StartAsync("RUN second");
        await WriteAsync("RUN second", "of the second");
        await CompleteAsync("RUN second");
        await WriteAsync("RUN first", "of the first");
        await CompleteAsync("RUN first");
        Assert.True(At("Step 2/7 : RUN first") < At("of the first"));
        Assert.True(At("of the first") < At("Step 3/7 : FROM base AS b"));
        // The image of both stages is one step of the engine: what stands on it shows that it is there.
        Assert.True(At("Step 4/7 : RUN second") < At("of the second"));
        Assert.True(At("of the second") < At("Step 5/7 : FROM scratch"));
        Assert.True(At("Step 6/7 : COPY --from=a / /") > 0);
        Assert.Equal(-1, At("Step 7/7"));
        await CompleteAsync("COPY --from=a / /", isCached: true);
        await CompleteAsync("COPY --from=b / /");
        await _transcript.CompleteAsync(Digest.OfBytes([7]));
        Assert.EndsWith($"Step 7/7 : COPY --from=b / /\n ---> {Digest.OfBytes([7]).Hex[..12]}\n", _said.ToString(), StringComparison.Ordinal);
        Assert.Contains("Step 6/7 : COPY --from=a / /\n ---> Using cache\n", _said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_is_said_to_run_when_it_begins_and_never_when_its_result_is_known()
    {
        await _transcript.BeginAsync(Dockerfile);
        await CompleteAsync("FROM base AS a", isCached: true);
        await StartAsync("RUN first");
        Assert.EndsWith($"Step 2/7 : RUN first\n ---> Running in {DigestOf("RUN first").Hex[..12]}\n", _said.ToString(), StringComparison.Ordinal);
        await CompleteAsync("RUN second", isCached: true);
        await CompleteAsync("RUN first");
        Assert.Single(_texts, static t => t.Contains("Running in", StringComparison.Ordinal));
        Assert.Contains("Step 4/7 : RUN second\n ---> Using cache\n", _said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_that_are_known_already_come_in_one_message()
    {
        await _transcript.BeginAsync(Dockerfile);
        await CompleteAsync("FROM base AS a", isCached: true);
        await StartAsync("RUN first");
        for (int i = 0; i < 3; i++)
            await _transcript.TellAsync(new BuildEvent.StepOutput(DigestOf("RUN first"), IsError: false, $"line {i}") { At = default }, isMoreKnown: true);
        Assert.Equal(-1, At("line 0"));
        await WriteAsync("RUN first", "line 3");
        Assert.Contains("line 0\nline 1\nline 2\nline 3\n", _texts);
    }

    [Fact]
    public async Task A_step_that_has_to_wait_is_told_of_with_its_last_lines()
    {
        await _transcript.BeginAsync(Dockerfile);
        await CompleteAsync("FROM base AS a", isCached: true);
        await StartAsync("RUN first");
        await StartAsync("RUN second");
        string line = new('x', 1 << 20);
        for (int i = 0; i < 10; i++)
            await WriteAsync("RUN second", $"{i}{line}");
        await CompleteAsync("RUN second");
        await CompleteAsync("RUN first");
        await CompleteAsync("COPY --from=a / /");
        Assert.Contains("[7 lines are left out here]\n7x", _said.ToString(), StringComparison.Ordinal);
        Assert.True(At("9x") > At("7x"));
    }

    [Fact]
    public async Task The_step_that_fails_is_told_though_others_before_it_go_on()
    {
        await _transcript.BeginAsync(Dockerfile);
        await CompleteAsync("FROM base AS a", isCached: true);
        await StartAsync("RUN first");
        await StartAsync("RUN second");
        await WriteAsync("RUN second", "last words");
        BuildException failure = new([new Diagnostic(EngineCodes.StepFailed, Severity.Error, "it failed", null, null)]) { FailedStep = new FailedStep("second", 9, []) { Command = ["/bin/sh", "-c", "second"] } };
        (string message, int? code) = await _transcript.FailAsync(failure, DigestOf("RUN second"));
        Assert.Equal(("The command '/bin/sh -c second' returned a non-zero code: 9", 9), (message, code));
        Assert.EndsWith("last words\n", _said.ToString(), StringComparison.Ordinal);
    }

    private int At(string text) => _said.ToString().IndexOf(text, StringComparison.Ordinal);

    private Task StartAsync(string instruction, bool isCached = false) => _transcript.TellAsync(new BuildEvent.StepStarted(DigestOf(instruction), instruction, Dockerfile.SpanOf(Dockerfile.Text.IndexOf(instruction, StringComparison.Ordinal), instruction.Length)) { At = default, IsCached = isCached });

    private Task WriteAsync(string instruction, string line) => _transcript.TellAsync(new BuildEvent.StepOutput(DigestOf(instruction), IsError: false, line) { At = default });

    private async Task CompleteAsync(string instruction, bool isCached = false)
    {
        if (isCached || instruction.StartsWith("COPY", StringComparison.Ordinal))
            await StartAsync(instruction, isCached);
        await _transcript.TellAsync(new BuildEvent.StepCompleted(DigestOf(instruction), isCached) { At = default });
    }

    private static Digest DigestOf(string instruction) => Digest.OfBytes(Encoding.UTF8.GetBytes(instruction));
}
