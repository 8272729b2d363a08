using System.Globalization;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Ignore;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;
using FsCheck;
using FsCheck.Fluent;

namespace Caisson.Dockerfile.Tests.Fuzzing;

/// <summary>
/// Fresh inputs in each run. A failure shows the smallest input found and the seed to replay; <c>CAISSON_FUZZ_CASES</c> makes a run longer.
/// </summary>
public sealed class FuzzTests
{
    // What a text may need, in bytes allocated: some for itself, and a bounded number for each of its characters. Real files need less than
    // a tenth of it.
    private const long BaseBytes = 2_000_000;
    private const long BytesForEach = 8_000;

    private static readonly int Cases = int.Parse(Environment.GetEnvironmentVariable("CAISSON_FUZZ_CASES") ?? "1500", CultureInfo.InvariantCulture);

    private static readonly VariableSet Variables = VariableSet.FromEnvironment(["x=a b", "y=", "PATH=/bin", "long=" + new string('a', 1000)]);

    [Fact]
    public void Lines_and_directives_are_read() => Check(FuzzInputs.Any, static input =>
    {
        byte[] bytes = input.Bytes;
        SourceText text = SourceText.FromBytes("Dockerfile", bytes);
        for (int line = 1; line <= text.LineCount; line++)
            Assert.InRange(text.Line(line).End, text.Line(line).Start, text.Text.Length);
    });

    [Fact]
    public void Files_are_parsed_in_bounded_work() => Check(FuzzInputs.Any, static input =>
    {
        byte[] bytes = input.Bytes;
        SourceText text = SourceText.FromBytes("Dockerfile", bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ParsedDockerfile parsed = DockerfileParser.Parse(text);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, BaseBytes + (BytesForEach * text.Text.Length));
        Assert.Equal(text.Text, parsed.Document.ToSource());
        CheckPlaces(text, parsed.Diagnostics);
    });

    [Fact]
    public void Stages_are_bound_and_their_steps_evaluated() => Check(FuzzInputs.Any, static input =>
    {
        byte[] bytes = input.Bytes;
        SourceText text = SourceText.FromBytes("Dockerfile", [.. "FROM scratch\n"u8, .. bytes]);
        ParsedDockerfile parsed = DockerfileParser.Parse(text);
        BoundDockerfile bound = Binder.Bind(parsed.Document);
        CheckPlaces(text, bound.Diagnostics);
        bool isKnownBad = parsed.Diagnostics.Concat(bound.Diagnostics).Any(static d => d.IsError);
        foreach (BoundStage stage in bound.Stages)
        {
            StageScope scope = bound.BeginScope(Variables);
            foreach (BoundInstruction instruction in stage.Triggers.Concat(stage.Instructions))
            {
                Evaluation evaluation = scope.Evaluate(instruction);
                Assert.True(evaluation.Step is not null || isKnownBad || evaluation.Diagnostics.Any(static d => d.IsError), "what cannot be carried out has an error");
                scope = evaluation.Scope;
            }
        }
    });

    [Fact]
    public void Words_are_expanded() => Check(FuzzInputs.Any, static input =>
    {
        byte[] bytes = input.Bytes;
        Word word = Word.FromSource(SourceText.FromBytes("Dockerfile", bytes) is { Text.Length: > 0 } text ? text.SpanOf(0, text.Text.Length) : new SourceText("", " ").SpanOf(0, 1));
        foreach (ExpansionStyle style in (ExpansionStyle[])[ExpansionStyle.Plain, ExpansionStyle.IgnoreQuotes, (ExpansionStyle)15])
        {
            ExpandedWord expanded = new Expander(bytes.Length % 2 == 0 ? '\\' : '`', style).Expand(word, Variables);
            Assert.True(expanded.Cost <= 4_000L * (word.Length + 100), $"cost {expanded.Cost} for {word.Length} characters");
        }
    });

    [Fact]
    public void Ignore_files_are_read_and_matched() => Check(FuzzInputs.Any, static input =>
    {
        byte[] bytes = input.Bytes;
        IgnoreFile file = IgnoreFile.Parse(SourceText.FromBytes(".dockerignore", bytes));
        foreach (string path in (string[])["a", "a/b.go", "x/y/z/a b", "..", "é", new string('a', 300)])
        {
            int slash = path.LastIndexOf('/');
            bool isOutside = slash > 0 && file.Matcher.CanSkipDirectory(path[..slash]);
            Assert.False(isOutside && !file.Matcher.IsIgnored(path), $"{path} is behind a directory that need not be entered, but is not ignored");
        }
    });

    [Fact]
    public void Triggers_of_images_are_read() => Check(FuzzInputs.Any, static input =>
    {
        byte[] bytes = input.Bytes;
        BoundDockerfile bound = Binder.Bind(DockerfileParser.Parse(new SourceText("Dockerfile", "FROM a\n")).Document);
        Assert.NotNull(bound.BindTriggers(bound.Stages[0], [SourceText.FromBytes("trigger", bytes).Text]));
    });

    [Fact]
    public void Work_grows_with_the_length_of_whatever_is_repeated() => Check(
        FuzzInputs.Repetitions,
        static pair =>
        {
            Measure(pair, 10);
            long shorter = Measure(pair, 400);
            long longer = Measure(pair, 1_600);
            Assert.True(longer <= (4 * 1.5 * shorter) + 400_000, $"{shorter} bytes became {longer}");
        },
        Cases / 5);

    private static long Measure((string Head, string Part) pair, int count)
    {
        string text = pair.Head + string.Concat(Enumerable.Repeat(pair.Part, count));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Binder.Bind(DockerfileParser.Parse(new SourceText("Dockerfile", text)).Document);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void CheckPlaces(SourceText text, IEnumerable<Diagnostic> diagnostics)
    {
        foreach (Diagnostic diagnostic in diagnostics)
        {
            Assert.NotEmpty(DiagnosticRenderer.Render(diagnostic));
            Assert.InRange(diagnostic.Where?.End ?? 0, 0, text.Text.Length);
        }
    }

    private static void Check<T>(Arbitrary<T> inputs, Action<T> target, int? cases = null) =>
        Prop.ForAll(inputs, target).Check(Config.QuickThrowOnFailure.WithMaxTest(cases ?? Cases).WithQuietOnSuccess(true));
}
