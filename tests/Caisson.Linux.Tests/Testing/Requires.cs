namespace Caisson.Linux.Tests.Testing;

/// <summary>What a test needs of the machine. Where it is missing, the test is skipped and says so.</summary>
internal static class Requires
{
    public static string SearchPath => Environment.GetEnvironmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin";

    public static void Root() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");

    /// <summary>The path of a program.</summary>
    public static string Tool(string name)
    {
        string? path = Caisson.Linux.Processes.SearchPath.Find(SearchPath, name);
        Assert.SkipUnless(path is not null, $"{name} is not installed");
        return path!;
    }
}
