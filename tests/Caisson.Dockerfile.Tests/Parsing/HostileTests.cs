using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Tests.Testing;

namespace Caisson.Dockerfile.Tests.Parsing;

/// <summary>
/// Texts made to take long. Work is measured by the bytes that the thread allocates, which do not depend on the machine: a text twice
/// as long must not need much more than twice as many.
/// </summary>
public sealed class HostileTests
{
    public static TheoryData<string, string> Repeated => new()
    {
        { "", "RUN a\n" },
        { "", "xyz\n" },
        { "", "FORM a\n" },
        { "RUN a ", "\\\n" },
        { "RUN a ", "b \\\n" },
        { "RUN a \\\n", "RUN b \\\n" },
        { "RUN a \\\n", "# c\n" },
        { "RUN a \\\n", "\n" },
        { "COPY ", "a " },
        { "ENV ", "a=b " },
        { "ENV a=", "\"b c\" " },
        { "LABEL ", "a=\"b\"RUN " },
        { "RUN ", "--mount=type=cache,target=/x " },
        { "RUN ", "--a " },
        { "RUN --mount=", "a=b," },
        { "RUN --mount=", "\"" },
        { "RUN ", "<<E " },
        { "RUN <<E", "\nx" },
        { "RUN <<E ", "${a:-b}" },
        { "RUN <<E ", "\"a\" " },
        { "RUN <<", "<" },
        { "RUN ", "[" },
        { "RUN [", "\"a\"," },
        { "RUN [\"", "\\u0041" },
        { "", "ONBUILD " },
        { "", "#\n" },
        { "", "\n" },
        { "", "\r" },
        { "", "\u00A0" },
        { "# escape=`\n", "# escape=`\n" },
        { "", "FROM a AS b\n" },
        { "", "\uFEFF" },
        { "HEALTHCHECK --interval=", "1s" },
        { "EXPOSE ", "1-65535 " },
        { "FROM ", "$a" },
        { "COPY --chmod=", "u+x," },
    };

    [Theory]
    [MemberData(nameof(Repeated))]
    public void Work_grows_with_the_length_of_the_text(string head, string part)
    {
        Measure(head, part, 50);
        double shorter = Measure(head, part, 2_000);
        double longer = Measure(head, part, 8_000);
        Assert.True(longer <= (4 * 1.4 * shorter) + 100_000, $"{shorter} bytes became {longer}");
    }

    [Fact]
    public void Ten_megabytes_are_refused_unread()
    {
        SourceText source = SourceText.FromBytes("Dockerfile", new byte[10_000_000]);
        Assert.Equal(DiagnosticCodes.TextTooLarge, Assert.Single(DockerfileParser.Parse(source).Diagnostics).Code);
        ParsedDockerfile parsed = DockerfileParser.Parse(Texts.Source(new string('x', 10_000_000)));
        Assert.Equal(DiagnosticCodes.TextTooLarge, Assert.Single(parsed.Diagnostics).Code);
        Assert.Empty(parsed.Document.Instructions);
    }

    [Fact]
    public void Findings_are_counted_when_nobody_would_read_them_all()
    {
        ParsedDockerfile parsed = Texts.Parse(string.Concat(Enumerable.Repeat("COPY a\n", 1000)));
        Assert.Equal(201, parsed.Diagnostics.Length);
        Assert.Equal("800 more findings are not shown", parsed.Diagnostics[^1].Message);
    }

    [Fact]
    public void Stages_upon_stages_need_no_deep_stack()
    {
        string text = "FROM scratch AS s0\n" + string.Concat(Enumerable.Range(1, 9_000).Select(static i => $"FROM s{i - 1} AS s{i}\n"));
        BoundDockerfile bound = Binder.Bind(DockerfileParser.Parse(Texts.Source(text)).Document);
        Assert.Equal(9_001, bound.Needed.Length);
    }

    [Fact]
    public void A_long_circle_of_stages_needs_no_deep_stack()
    {
        string text = string.Concat(Enumerable.Range(0, 4_000).Select(static i => $"FROM scratch AS s{i}\nCOPY --from=s{(i + 1) % 4_000} a b\n"));
        BoundDockerfile bound = Binder.Bind(DockerfileParser.Parse(Texts.Source(text)).Document);
        Assert.Equal(DiagnosticCodes.CircularStages, bound.Diagnostics[0].Code);
    }

    [Fact]
    public void Triggers_cannot_be_multiplied_without_end()
    {
        string text = "FROM scratch AS base\n" + string.Concat(Enumerable.Repeat("ONBUILD RUN a\n", 4_000)) + string.Concat(Enumerable.Repeat("FROM base\n", 4_000));
        BoundDockerfile bound = Binder.Bind(DockerfileParser.Parse(Texts.Source(text)).Document);
        Assert.Equal(DiagnosticCodes.TooManyInstructions, bound.Diagnostics[0].Code);
        Assert.Equal(8_000, bound.Stages.Sum(static s => s.Triggers.Length));
    }

    [Fact]
    public void Arguments_cannot_grow_without_end()
    {
        string text = "ARG A=xxxxxxxxxxxxxxxx\n" + string.Concat(Enumerable.Repeat("ARG A=$A$A\n", 60)) + "FROM scratch";
        BoundDockerfile bound = Binder.Bind(DockerfileParser.Parse(Texts.Source(text)).Document);
        Assert.Equal(DiagnosticCodes.EnvironmentTooLarge, bound.Diagnostics[0].Code);
        Assert.True(bound.GlobalArguments.Size < 300_000);
    }

    [Fact]
    public void Any_text_is_read_without_an_exception() => Properties.Check(
        Properties.Dockerfiles,
        static text =>
        {
            ParsedDockerfile parsed = DockerfileParser.Parse(Texts.Source(text));
            foreach (Diagnostic diagnostic in parsed.Diagnostics)
                Assert.NotEmpty(diagnostic.ToString());
            Assert.NotNull(Binder.Bind(parsed.Document));
        },
        10_000);

    private static double Measure(string head, string part, int count)
    {
        string text = head + string.Concat(Enumerable.Repeat(part, count));
        long before = GC.GetAllocatedBytesForCurrentThread();
        ParsedDockerfile parsed = DockerfileParser.Parse(Texts.Source(text));
        Binder.Bind(parsed.Document);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    [Fact]
    public void Of_what_is_no_text_one_thing_is_said()
    {
        byte[] bytes = [.. "\u007fELF"u8, 2, 1, 0, .. Enumerable.Range(0, 5000).Select(static i => (byte)(i * 31))];
        Diagnostic only = Assert.Single(DockerfileParser.Parse(SourceText.FromBytes("Dockerfile", bytes)).Diagnostics);
        Assert.Equal(DiagnosticCodes.NulCharacter, only.Code);
    }

    [Fact]
    public void A_slip_in_a_text_does_not_hide_what_else_is_wrong() =>
        Assert.Equal(
            [DiagnosticCodes.UnknownInstruction, DiagnosticCodes.NulCharacter],
            DockerfileParser.Parse(SourceText.FromBytes("Dockerfile", "FROM scratch\nX\0Y a=1\n"u8)).Diagnostics.Select(static d => d.Code).OrderDescending());
}
