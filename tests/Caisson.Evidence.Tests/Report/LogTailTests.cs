using System.Text;
using Caisson.Evidence.Report;

namespace Caisson.Evidence.Tests.Report;

public sealed class LogTailTests
{
    [Fact]
    public async Task The_last_lines_are_shown_without_colours() =>
        Assert.Equal("one\nred two", await TailAsync("one\r\n\u001b[31mred\u001b[0m two\n"));

    [Fact]
    public async Task Of_a_long_log_the_end_is_shown()
    {
        string tail = await TailAsync(string.Join('\n', Enumerable.Range(1, 100_000)));
        Assert.StartsWith("…\n99961\n", tail, StringComparison.Ordinal);
        Assert.EndsWith("\n100000", tail, StringComparison.Ordinal);
        Assert.True((await TailAsync(new string('x', 1_000_000))).Length < 20_000);
    }

    private static Task<string> TailAsync(string text) => LogTail.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), TestContext.Current.CancellationToken);
}
