using Caisson.Linux.Sandbox;

namespace Caisson.Linux.Tests.Testing;

/// <summary>The OCI runtimes that tests are run with. Those that are not on the machine are skipped.</summary>
public static class Runtimes
{
    public static TheoryData<string> Known => [.. OciRuntime.Known];
}
