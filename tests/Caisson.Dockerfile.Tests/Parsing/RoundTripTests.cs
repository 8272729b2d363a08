using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;
using Caisson.Dockerfile.Tests.Testing;

namespace Caisson.Dockerfile.Tests.Parsing;

public sealed class RoundTripTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Corpus");

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder).Order(StringComparer.Ordinal).Select(static f => Path.GetFileName(f))];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_real_file_has_no_mistakes_and_comes_back_as_it_was(string file)
    {
        SourceText source = SourceText.FromBytes(file, File.ReadAllBytes(Path.Combine(Folder, file)));
        ParsedDockerfile parsed = DockerfileParser.Parse(source);
        Assert.Empty(parsed.Diagnostics.Select(static d => d.ToString()));
        Assert.Equal(source.Text, parsed.Document.ToSource());
        CheckPlaces(parsed.Document);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Line_ends_make_no_difference(string file)
    {
        string text = File.ReadAllText(Path.Combine(Folder, file)).ReplaceLineEndings("\n");
        DockerfileDocument unix = DockerfileParser.Parse(Texts.Source(text)).Document;
        DockerfileDocument dos = DockerfileParser.Parse(Texts.Source(text.ReplaceLineEndings("\r\n"))).Document;
        Assert.Equal(unix.Instructions.Select(static i => i.Header.Line.Text), dos.Instructions.Select(static i => i.Header.Line.Text));
        Assert.Equal(unix.Instructions.Select(static i => i.Span.ToString()), dos.Instructions.Select(static i => i.Span.ToString()));
    }

    [Fact]
    public void Any_text_comes_back_as_it_was() =>
        Properties.Check(Properties.Dockerfiles, static text => DockerfileParser.Parse(Texts.Source(text)).Document.ToSource() == text, 5000);

    [Fact]
    public void Elements_and_their_parts_lie_side_by_side_in_any_text() =>
        Properties.Check(Properties.Dockerfiles, static text => CheckPlaces(DockerfileParser.Parse(Texts.Source(text)).Document), 5000);

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\uFEFF")]
    [InlineData("FROM a")]
    [InlineData("FROM a\r\n\r\n# x\r\nRUN \\\r\n b")]
    [InlineData("RUN <<E\nno end")]
    [InlineData("\\")]
    [InlineData("\\\n\\\n")]
    public void Odd_texts_come_back_as_they_were(string text) => Assert.Equal(text, DockerfileParser.Parse(Texts.Source(text)).Document.ToSource());

    [Fact]
    public void What_a_limit_cuts_off_comes_back_too()
    {
        const string Text = "FROM a\nRUN b\nRUN c\n";
        DockerfileDocument document = DockerfileParser.Parse(Texts.Source(Text), new ParserLimits { MaxInstructions = 1 }).Document;
        Assert.Equal(Text, document.ToSource());
        Assert.Equal("RUN b\nRUN c\n", Assert.IsType<UnreadText>(document.Elements[^1]).FullSpan.Text);
    }

    private static void CheckPlaces(DockerfileDocument document)
    {
        int end = document.Source.ContentStart;
        foreach (SyntaxElement element in document.Elements)
        {
            Assert.Equal(end, element.FullSpan.Start);
            end = element.FullSpan.End;
            if (element is Instruction instruction)
                CheckParts(instruction);
        }
        Assert.Equal(document.Source.Text.Length, end);
    }

    // Keyword, flags and arguments follow each other; between them is only what separates words.
    private static void CheckParts(Instruction instruction)
    {
        List<SourceSpan> parts = [instruction.Keyword.Span, .. instruction.Flags.Select(static f => f.Span), instruction.Arguments.Span];
        int end = instruction.Span.Start;
        foreach (SourceSpan part in parts)
        {
            Assert.True(part.Start >= end, $"{part} overlaps what stands before it");
            end = part.End;
        }
        Assert.True(end <= instruction.Span.End);
        foreach (Flag flag in instruction.Flags)
            Assert.True(flag.Name.Span.Start >= flag.Span.Start && (flag.Value?.Span.End ?? flag.Name.Span.End) <= flag.Span.End);
        CheckText(instruction.Header.Line);
    }

    // Every character of the joined line stands where it says.
    private static void CheckText(Word line)
    {
        for (int i = 0; i < line.Length; i++)
            Assert.Equal(line.Text[i], line.Source.Text[line.OriginOf(i)]);
    }
}
