using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Syntax;
using Caisson.Dockerfile.Tests.Testing;

namespace Caisson.Dockerfile.Tests.Parsing;

public sealed class HeredocTests
{
    [Theory]
    [InlineData("RUN <<EOF\na\nb\nEOF", "EOF", "a\nb\n", true, false, 0)]
    [InlineData("RUN <<EOF\nEOF\n", "EOF", "", true, false, 0)]
    [InlineData("RUN 3<<EOF\na\nEOF", "EOF", "a\n", true, false, 3)]
    [InlineData("RUN <<-EOF\n\ta\n\t\tb\n\tEOF", "EOF", "a\nb\n", true, true, 0)]
    [InlineData("RUN <<'EOF'\n$a\nEOF", "EOF", "$a\n", false, false, 0)]
    [InlineData("RUN <<\"EOF\"\n$a\nEOF", "EOF", "$a\n", false, false, 0)]
    [InlineData("RUN <<E'O'F\n$a\nEOF", "EOF", "$a\n", false, false, 0)]
    [InlineData("RUN <<e\\'f\na\ne'f", "e'f", "a\n", true, false, 0)]
    [InlineData("RUN <<'one two'\na\none two", "one two", "a\n", false, false, 0)]
    [InlineData("RUN <<$EOF\na\n$EOF", "$EOF", "a\n", true, false, 0)]
    [InlineData("RUN << EOF\na\nEOF", "EOF", "a\n", true, false, 0)]
    [InlineData("RUN cat <<EOF > x\na\nEOF", "EOF", "a\n", true, false, 0)]
    [InlineData("RUN <<EOF python3\na\nEOF", "EOF", "a\n", true, false, 0)]
    [InlineData("RUN --network=none <<EOF\na\nEOF", "EOF", "a\n", true, false, 0)]
    [InlineData("RUN <<EOF\r\na\r\nEOF\r\n", "EOF", "a\r\n", true, false, 0)]
    [InlineData("RUN <<EOF\n# kept\n\n \\\nEOF", "EOF", "# kept\n\n \\\n", true, false, 0)]
    [InlineData("RUN <<EOF\n EOF\nEOF ", null, null, true, false, 0)]
    [InlineData("COPY <<a.txt /x\nhi\na.txt", "a.txt", "hi\n", true, false, 0)]
    [InlineData("ADD <<a.txt /x\nhi\na.txt", "a.txt", "hi\n", true, false, 0)]
    [InlineData("ONBUILD RUN <<EOF\na\nEOF", "EOF", "a\n", true, false, 0)]
    [InlineData("RUN cat \\\n<<EOF\na\nEOF", "EOF", "a\n", true, false, 0)]
    public void A_document_follows_its_instruction(string text, string? name, string? content, bool expands, bool strips, int descriptor)
    {
        ParsedDockerfile parsed = Texts.Parse(text);
        Heredoc document = Assert.Single(Assert.Single(parsed.Document.Instructions).Heredocs);
        Assert.Equal(name is null, parsed.HasErrors);
        if (name is not null)
            Assert.Equal((name, content, expands, strips, descriptor), (document.Name, document.Content, document.Expands, document.StripsTabs, document.Descriptor));
    }

    [Theory]
    [InlineData("RUN \"<<EOF\"")]
    [InlineData("RUN '<<EOF'")]
    [InlineData("RUN a<<EOF")]
    [InlineData("RUN cat <<<word")]
    [InlineData("RUN echo $((1<<3))")]
    [InlineData("RUN [\"<<EOF\"]")]
    [InlineData("USER <<EOF")]
    [InlineData("RUN echo it's <<EOF")]
    [InlineData("RUN \\<<EOF")]
    public void Other_words_announce_no_document(string text) => Assert.Empty(Assert.Single(Texts.Parse(text).Document.Instructions).Heredocs);

    [Fact]
    public void Documents_follow_in_the_order_of_their_words()
    {
        CopyInstruction copy = Texts.Single<CopyInstruction>("COPY <<X <<Y /d", "Y", "X", "X", "Y");
        Assert.Equal([("X", "Y\n"), ("Y", "X\n")], copy.Documents.Select(static d => (d.Name, d.Content)));
        Assert.Empty(copy.Sources);
        Assert.Equal("COPY <<X <<Y /d\nY\nX\nX\nY", copy.Span.Text);
    }

    [Fact]
    public void Files_and_documents_are_copied_together()
    {
        CopyInstruction copy = Texts.Single<CopyInstruction>("COPY a <<X b /d/", "hi", "X");
        Assert.Equal(["a", "b"], Texts.Strings(copy.Sources));
        Assert.Equal("X", Assert.Single(copy.Documents).Name);
    }

    [Fact]
    public void The_next_instruction_follows_the_end_word()
    {
        ParsedDockerfile parsed = Texts.Parse("RUN <<A cat <<-B", "one", "A", "\ttwo", "\tB", "USER x");
        Assert.Equal([InstructionKind.Run, InstructionKind.User], parsed.Document.Instructions.Select(static i => i.Kind));
        Assert.Empty(parsed.Diagnostics);
    }

    [Fact]
    public void Markers_bodies_and_end_words_have_places()
    {
        Heredoc document = Assert.Single(Texts.Single<RunInstruction>("RUN cat <<-'E F' > x", "\ta", "\tE F").Heredocs);
        Assert.Equal("<<-'E F'", document.Marker.Span.Text);
        Assert.Equal("Dockerfile:2:1", document.Body.Span.ToString());
        Assert.Equal("Dockerfile:3:2", document.Terminator.ToString());
    }

    [Theory]
    [InlineData("RUN <<EOF\necho a\nEOF", "shell echo a\n")]
    [InlineData("RUN <<-EOF\n\techo a\nEOF", "shell echo a\n")]
    [InlineData("RUN << EOF\necho a\nEOF", "shell echo a\n")]
    [InlineData("RUN <<EOF\n#!/bin/sh\na\nEOF", "file EOF #!/bin/sh\na\n")]
    [InlineData("RUN <<EOF cat\na\nEOF", "shell <<EOF cat\na\nEOF")]
    [InlineData("RUN cat <<A <<-B\na\nA\n\tb\n\tB", "shell cat <<A <<-B\na\nA\n\tb\nB")]
    [InlineData("RUN cat <<'A'\n$a\nA", "shell cat <<'A'\n$a\nA")]
    [InlineData("RUN a b", "shell a b")]
    [InlineData("RUN [\"a\", \"b\"]", "exec a|b")]
    public void Run_executes_a_line_a_script_or_a_file(string text, string expected)
    {
        string actual = Texts.Single<RunInstruction>(text).Script switch
        {
            RunScript.Shell shell => "shell " + shell.Text,
            RunScript.Exec exec => "exec " + string.Join('|', exec.Arguments),
            RunScript.Executable file => $"file {file.Name} {file.Content}",
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void A_trigger_is_stored_with_its_documents() =>
        Assert.Equal("RUN cat <<X\nhi\nX", Texts.Single<OnbuildInstruction>("ONBUILD RUN cat <<X", "hi", "X").Expression);

    [Fact]
    public void A_document_without_end_takes_the_rest_of_the_file()
    {
        ParsedDockerfile parsed = Texts.Parse("RUN <<EOF", "echo", "COPYY");
        Assert.Single(parsed.Document.Instructions);
        Assert.Equal("echo\nCOPYY", Assert.Single(parsed.Document.Instructions[0].Heredocs).Body.Text);
    }
}
