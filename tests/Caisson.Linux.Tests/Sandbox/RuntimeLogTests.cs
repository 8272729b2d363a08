using Caisson.Linux.Sandbox;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Sandbox;

public sealed class RuntimeLogTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("time=\"2026-11-21T21:00:00Z\" level=error msg=\"exec failed\"\n", "exec failed")]
    [InlineData("time=\"2026-11-21T21:00:00Z\" level=warning msg=\"something\"\n", null)]
    [InlineData("2026-11-21T21:00:00.000000Z: writing to pipe: Broken pipe\n2026-11-21T21:00:00.000001Z: open executable: Permission denied\n", "open executable: Permission denied")]
    [InlineData("time=\"2026-11-21T21:00:00Z\" level=error msg=\"Failed to remove cgroup\" error=\"unlinkat: device or resource busy\"\n", null)]
    [InlineData("time=\"2026-11-21T21:00:00Z\" level=error msg=\"Failed to remove cgroup\"\ntime=\"2026-11-21T21:00:00Z\" level=error msg=\"exec failed\"\n", "exec failed")]
    public void An_error_is_one_of_starting_the_program(string log, string? expected)
    {
        string path = _directory["log"];
        File.WriteAllText(path, log);
        Assert.Equal(expected, RuntimeLog.FirstError(path));
    }
}
