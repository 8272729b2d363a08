using Caisson.Linux.Native;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Processes;

public sealed class SignalForwarderTests
{
    private const int User1 = 10;
    private const int User2 = 12;
    private const int Terminate = 15;

    [Fact]
    public async Task Signals_go_to_the_child_of_the_process_and_the_one_to_end_becomes_its_own()
    {
        using OtherProcess other = OtherProcess.Start("forward-signals", "USR2");
        Assert.Equal("ready", await other.ReadLineAsync());
        CurrentProcess.Signal(other.Id, User1);
        Assert.Equal("got USR1", await other.ReadLineAsync());
        CurrentProcess.Signal(other.Id, Terminate);
        Assert.Equal("got USR2", await other.ReadLineAsync());
        Assert.Equal("exit code 3", await other.ReadLineAsync());
    }

    [Fact]
    public async Task A_signal_after_the_end_does_no_harm()
    {
        using OtherProcess other = OtherProcess.Start("forward-signals", "TERM");
        Assert.Equal("ready", await other.ReadLineAsync());
        CurrentProcess.Signal(other.Id, User2);
        Assert.Equal("got USR2", await other.ReadLineAsync());
        Assert.Equal("exit code 3", await other.ReadLineAsync());
        CurrentProcess.Signal(other.Id, User1);
        CurrentProcess.Signal(other.Id, Terminate);
        await other.WriteLineAsync("still here");
        Assert.Equal("still here", await other.ReadLineAsync());
    }
}
