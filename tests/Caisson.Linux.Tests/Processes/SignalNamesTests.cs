using System.Globalization;
using Caisson.Linux.Processes;

namespace Caisson.Linux.Tests.Processes;

public sealed class SignalNamesTests
{
    [Theory]
    [InlineData("TERM", 15)]
    [InlineData("SIGTERM", 15)]
    [InlineData("sigterm", 15)]
    [InlineData("term", 15)]
    [InlineData("15", 15)]
    [InlineData("1", 1)]
    [InlineData("64", 64)]
    [InlineData("HUP", 1)]
    [InlineData("KILL", 9)]
    [InlineData("USR1", 10)]
    [InlineData("USR2", 12)]
    [InlineData("CHLD", 17)]
    [InlineData("WINCH", 28)]
    [InlineData("SYS", 31)]
    [InlineData("RTMIN", 34)]
    [InlineData("SIGRTMIN+3", 37)]
    [InlineData("SIGRTMIN+30", 64)]
    [InlineData("RTMAX", 64)]
    [InlineData("SIGRTMAX-14", 50)]
    public void A_signal_has_a_number(string signal, int number) => Assert.Equal(number, SignalNames.NumberOf(signal));

    [Theory]
    [InlineData("")]
    [InlineData("SIG")]
    [InlineData("0")]
    [InlineData("65")]
    [InlineData("-1")]
    [InlineData("+9")]
    [InlineData(" 9")]
    [InlineData("99999999999")]
    [InlineData("STOPPED")]
    [InlineData("SIGSIGTERM")]
    [InlineData("RTMIN-1")]
    [InlineData("RTMAX+1")]
    [InlineData("RTMIN+31")]
    [InlineData("RTMIN+")]
    [InlineData("RTMIN+ 1")]
    [InlineData("RTMIN+99999999999")]
    public void What_is_no_signal_has_none(string signal) => Assert.Null(SignalNames.NumberOf(signal));

    [Fact]
    public async Task Every_name_is_what_the_machine_calls_it()
    {
        string listed = await Testing.Tool.RunAsync("bash", "-c", "for i in {1..31} {34..64}; do echo $i $(kill -l $i); done");
        foreach (string[] pair in listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => l.Split(' ')))
            Assert.Equal(int.Parse(pair[0], CultureInfo.InvariantCulture), SignalNames.NumberOf(pair[1]));
    }
}
