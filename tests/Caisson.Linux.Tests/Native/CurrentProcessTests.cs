using System.Globalization;
using Caisson.Linux.Native;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Native;

public sealed class CurrentProcessTests
{
    [Fact]
    public async Task Who_runs_is_what_the_kernel_says()
    {
        Assert.Equal(await Tool.RunAsync("id", "-u"), CurrentProcess.EffectiveUserId.ToString(CultureInfo.InvariantCulture) + "\n");
        Assert.Equal(await Tool.RunAsync("id", "-g"), CurrentProcess.EffectiveGroupId.ToString(CultureInfo.InvariantCulture) + "\n");
    }

    [Fact]
    public async Task The_limit_of_open_files_is_the_hard_one() =>
        Assert.Equal(await Tool.ShellAsync("/", "ulimit -Hn"), CurrentProcess.OpenFilesHardLimit.ToString(CultureInfo.InvariantCulture) + "\n");

    [Fact]
    public async Task A_signal_reaches_a_process_and_none_that_is_gone()
    {
        using OtherProcess other = OtherProcess.Start("stay");
        Assert.Equal("staying", await other.ReadLineAsync());
        Assert.True(CurrentProcess.Signal(other.Id, 9));
        await other.WaitAsync();
        Assert.False(CurrentProcess.Signal(other.Id, 9));
    }

    [Fact]
    public async Task A_process_becomes_another_program_with_the_arguments_and_the_environment_that_it_is_given()
    {
        using OtherProcess other = OtherProcess.Start("execute", "/bin/sh", "-c", "echo \"$$ $1 $X\"", "name", "an argument");
        Assert.Equal($"{other.Id} an argument a value", await other.ReadLineAsync());
    }

    [Fact]
    public void A_program_that_is_not_there_leaves_the_process_as_it_is()
    {
        SystemCallException failure = Assert.Throws<SystemCallException>(() => CurrentProcess.Execute("/not/there", ["there"], []));
        Assert.Equal((Errno.ENOENT, "/not/there"), (failure.ErrorNumber, failure.Path));
    }
}
