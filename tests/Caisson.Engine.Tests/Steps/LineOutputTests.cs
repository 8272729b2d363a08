using System.Globalization;
using System.Text;
using Caisson.Engine.Steps;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Tests.Steps;

public sealed class LineOutputTests
{
    private readonly List<string> _taken = [];
    private readonly LineOutput _output;

    public LineOutputTests() => _output = new LineOutput((text, _) => _taken.Add(text));

    [Fact]
    public void The_last_lines_are_remembered()
    {
        Write(OutputStream.StandardOutput, 1, 30);
        Assert.Equal(Numbers(11, 30), _output.Tail);
    }

    // Its stream was read first, though it was written last.
    [Fact]
    public void What_standard_error_said_is_not_pushed_out_by_the_other_stream()
    {
        Write(OutputStream.StandardError, 1, 7);
        Write(OutputStream.StandardOutput, 8, 40);
        Assert.Equal([.. Numbers(3, 7), .. Numbers(26, 40)], _output.Tail);
    }

    [Fact]
    public void Standard_error_alone_has_all_the_room()
    {
        Write(OutputStream.StandardOutput, 1, 3);
        Write(OutputStream.StandardError, 4, 40);
        Assert.Equal(Numbers(21, 40), _output.Tail);
    }

    [Fact]
    public void A_line_is_passed_on_as_it_was_written_and_shown_as_what_it_came_to()
    {
        Write("10%\r100%\r\nnext\n");
        Assert.Equal(["10%\r100%\r\n", "next\n"], _taken);
        Assert.Equal(["100%", "next"], _output.Tail);
    }

    [Fact]
    public void The_last_line_gets_the_end_that_it_lacks()
    {
        Write("a\nb");
        Assert.Equal(["a\n"], _taken);
        _output.Complete();
        Assert.Equal(["a\n", "b\n"], _taken);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("é")]
    [InlineData("€")]
    [InlineData("😀")]
    [InlineData("x€😀é")]
    public void A_long_line_comes_in_parts_of_whole_characters(string character)
    {
        string line = "-" + string.Concat(Enumerable.Repeat(character, 50_000)) + "\n";
        Write(line);
        Assert.InRange(_taken.Count, 4, 60);
        Assert.Equal(line, string.Concat(_taken));
        Assert.All(_taken.SkipLast(1), static part => Assert.False(part.EndsWith('\n')));
    }

    [Fact]
    public void What_is_no_text_does_not_stand_still()
    {
        _output.Write(OutputStream.StandardOutput, Enumerable.Repeat((byte)0xF0, 100_000).ToArray());
        Assert.InRange(_taken.Count, 5, 7);
    }

    private static IEnumerable<string> Numbers(int first, int last) => Enumerable.Range(first, last - first + 1).Select(static n => n.ToString(CultureInfo.InvariantCulture));

    private void Write(string text) => _output.Write(OutputStream.StandardOutput, Encoding.UTF8.GetBytes(text));

    private void Write(OutputStream stream, int first, int last) => _output.Write(stream, Encoding.UTF8.GetBytes(string.Concat(Numbers(first, last).Select(static n => n + "\n"))));
}
