using System.Globalization;
using System.Text;
using Caisson.Engine.Steps;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Tests.Steps;

public sealed class LineOutputTests
{
    private readonly LineOutput _output = new(static (_, _) => { });

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

    private static IEnumerable<string> Numbers(int first, int last) => Enumerable.Range(first, last - first + 1).Select(static n => n.ToString(CultureInfo.InvariantCulture));

    private void Write(OutputStream stream, int first, int last) => _output.Write(stream, Encoding.UTF8.GetBytes(string.Concat(Numbers(first, last).Select(static n => n + "\n"))));
}
