namespace Caisson.IntegrationTests.Testing;

/// <summary>How a program ended, and what it wrote.</summary>
internal sealed record Outcome(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>What it printed; the test fails when the program did.</summary>
    public string Succeeded()
    {
        Assert.True(ExitCode == 0, ToString());
        return Output;
    }

    /// <summary>What it said; the test fails when it ended otherwise, or told of a defect.</summary>
    public string Failed(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"exit code {exitCode} was expected\n{this}");
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        return Error;
    }

    public override string ToString() => $"{Command}: exit code {ExitCode}\n{Output}\n{Error}";
}
