using Caisson.Cli.Tests.Testing;
using Caisson.Cli.Usage;

namespace Caisson.Cli.Tests.Usage;

public sealed class ProgramArgumentsTests
{
    [Theory]
    [InlineData("run image", "run image --")]
    [InlineData("run image ls -l", "run image -- ls -l")]
    [InlineData("run --rm -e A=1 --network none image --rm -e B=2", "run --rm -e A=1 --network none image -- --rm -e B=2")]
    [InlineData("run -eA=1 --env=B=2 image -x", "run -eA=1 --env=B=2 image -- -x")]
    [InlineData("--root /s run --runtime=runc image --version", "--root /s run --runtime=runc image -- --version")]
    [InlineData("run image -- x", "run image -- -- x")]
    [InlineData("run --unknown image", "run --unknown image")]
    [InlineData("run --help", "run --help")]
    [InlineData("build .", "build .")]
    [InlineData("", "")]
    public void What_follows_the_image_is_for_the_program_inside(string arguments, string expected)
    {
        System.CommandLine.Command root = TestCommands.New().Root;
        System.CommandLine.Command run = root.Subcommands.Single(static c => c.Name == "run");
        Assert.Equal(expected, string.Join(' ', ProgramArguments.Separate(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), root, run)));
    }
}
