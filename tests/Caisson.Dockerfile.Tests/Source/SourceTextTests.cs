using System.Text;
using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Tests.Source;

public sealed class SourceTextTests
{
    [Theory]
    [InlineData("ab\ncd", 0, 1, 1)]
    [InlineData("ab\ncd", 1, 1, 2)]
    [InlineData("ab\ncd", 2, 1, 3)]
    [InlineData("ab\ncd", 3, 2, 1)]
    [InlineData("ab\ncd", 5, 2, 3)]
    [InlineData("ab\r\ncd", 4, 2, 1)]
    [InlineData("ab\n", 3, 2, 1)]
    [InlineData("", 0, 1, 1)]
    [InlineData("\uFEFFab", 1, 1, 1)]
    [InlineData("\uFEFFab", 2, 1, 2)]
    [InlineData("a\tb", 2, 1, 3)]
    [InlineData("😀b", 2, 1, 2)]
    [InlineData("é한b", 2, 1, 3)]
    public void Positions_count_lines_and_characters_from_one(string text, int offset, int line, int column) =>
        Assert.Equal(new SourcePosition(line, column), new SourceText("f", text).PositionOf(offset));

    [Theory]
    [InlineData("a\nb\n", 1, "a")]
    [InlineData("a\nb\n", 2, "b")]
    [InlineData("a\nb\n", 3, "")]
    [InlineData("a\r\nb", 1, "a")]
    [InlineData("a\r\r\nb", 1, "a")]
    [InlineData("\uFEFFa\nb", 1, "a")]
    [InlineData("a\rb", 1, "a\rb")]
    public void A_line_has_neither_its_end_nor_a_byte_order_mark(string text, int line, string expected) =>
        Assert.Equal(expected, new SourceText("f", text).Line(line).Text);

    [Fact]
    public void A_span_names_its_place()
    {
        SourceSpan span = new SourceText("dir/Dockerfile", "FROM a\nRUN b").SpanOf(11, 1);
        Assert.Equal("dir/Dockerfile:2:5", span.ToString());
        Assert.Equal("b", span.Text);
        Assert.Equal(2, span.EndLine);
    }

    [Fact]
    public void The_default_span_is_an_empty_place_in_an_empty_text()
    {
        SourceSpan nowhere = default;
        Assert.Equal("", nowhere.Text);
        Assert.Equal(1, nowhere.Line);
        Assert.Equal("", nowhere.Source.Text);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 4)]
    [InlineData(3, 1)]
    public void A_span_cannot_leave_its_text(int start, int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SourceText("f", "abc").SpanOf(start, length));

    [Fact]
    public void Bytes_that_are_text_have_no_faults()
    {
        SourceText text = SourceText.FromBytes("f", "\uFEFFFROM é😀"u8);
        Assert.Empty(text.Faults);
        Assert.Equal("\uFEFFFROM é😀", text.Text);
    }

    [Fact]
    public void Broken_bytes_are_reported_where_they_stand()
    {
        byte[] bytes = [.. "a\nb"u8, 0xC3, .. "c"u8, 0xFF, 0, .. "\n"u8];
        SourceText text = SourceText.FromBytes("f", bytes);
        Assert.Equal(["CSN1002 f:2:2", "CSN1002 f:2:4", "CSN1001 f:2:5"], text.Faults.Select(static d => $"{d.Code} {d.Where}"));
        Assert.Equal("a\nb\uFFFDc\uFFFD\0\n", text.Text);
    }

    [Fact]
    public void Only_the_first_faults_are_reported() => Assert.Equal(20, SourceText.FromBytes("f", new byte[1000]).Faults.Length);

    [Fact]
    public void A_file_that_is_too_large_is_not_read()
    {
        SourceText text = SourceText.FromBytes("f", new byte[SourceText.MaxSize + 1]);
        Assert.Equal("", text.Text);
        Assert.Equal(DiagnosticCodes.TextTooLarge, Assert.Single(text.Faults).Code);
    }

    [Fact]
    public void A_file_of_the_largest_size_is_read()
    {
        byte[] bytes = Encoding.ASCII.GetBytes(new string('#', SourceText.MaxSize));
        Assert.Empty(SourceText.FromBytes("f", bytes).Faults);
    }
}
