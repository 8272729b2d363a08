namespace Caisson.Linux.Tests.Testing;

/// <summary>The OCI runtimes that tests are run with: those that Debian has. One that is not on the machine is skipped.</summary>
public static class Runtimes
{
    public static TheoryData<string> OfDebian => ["crun", "runc"];
}
