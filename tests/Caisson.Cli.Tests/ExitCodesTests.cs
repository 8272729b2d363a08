using Caisson.Cli.Tests.Testing;
using Caisson.Engine;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Cli.Tests;

public sealed class ExitCodesTests
{
    [Theory]
    [InlineData(EngineCodes.StepFailed, 1)]
    [InlineData("CSN1101", 3)]
    [InlineData(EngineCodes.SourceNotFound, 4)]
    [InlineData(EngineCodes.NotCached, 9)]
    [InlineData(EngineCodes.NotReproducible, 10)]
    [InlineData(EngineCodes.RepetitionFailed, 10)]
    [InlineData(EngineCodes.UnknownBuild, 4)]
    [InlineData(EngineCodes.MissingRuntime, 5)]
    [InlineData(EngineCodes.ImageNotFound, 6)]
    [InlineData(EngineCodes.DiskFull, 7)]
    public void A_diagnostic_s_code_decides_the_exit_code(string code, int expected) => Assert.Equal(expected, ExitCodes.Of(code));

    [Fact]
    public async Task Every_exit_code_is_on_its_page()
    {
        string page = await File.ReadAllTextAsync(Repository.At("docs/exit-codes.md"), TestContext.Current.CancellationToken);
        IEnumerable<object?> codes = typeof(ExitCodes).GetFields().Where(static f => f.IsLiteral).Select(static f => f.GetRawConstantValue());
        Assert.All(codes, code => Assert.Contains($"| {code} |", page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("version", 0)]
    [InlineData("--help", 0)]
    [InlineData("images", 0)]
    [InlineData("build no-such-directory", 4)]
    [InlineData("history ls", 0)]
    [InlineData("history rm", 2)]
    [InlineData("history rm --all ^0", 2)]
    [InlineData("history ls --filter stat=x", 2)]
    [InlineData("history inspect --format yaml", 2)]
    [InlineData("explain ^0", 4)]
    [InlineData("rmi no-such-image", 6)]
    [InlineData("run no-such-image", 125)]
    [InlineData("--root /proc/version images", 7)]
    [InlineData("serve --addr fd://zz", 2)]
    [InlineData("--runtime no-such-runtime serve --addr unix:///proc/c.sock", 5)]
    public async Task The_command_ends_with(string arguments, int expected)
    {
        using TempDirectory directory = new();
        (int exitCode, string output) = await Shipped.RunAsync(directory.Path, arguments.Split(' '));
        Directory.Delete(directory.Path + ".home", recursive: true);
        Assert.True(exitCode == expected, $"exit code {exitCode}:\n{output}");
    }
}
