using Caisson.Cli.Tests.Testing;
using Caisson.Cli.Usage;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Cli.Tests.Usage;

public sealed class UsageErrorsTests
{
    [Theory]
    [InlineData("build --tagg=x .", "there is no option --tagg", "did you mean \"--tag\"?")]
    [InlineData("build --tagg x .", "there is no option --tagg", "did you mean \"--tag\"?")]
    [InlineData("build . --no-cahe", "there is no option --no-cahe", "did you mean \"--no-cache\"?")]
    [InlineData("build . -x", "there is no option -x", "caisson build --help")]
    [InlineData("build", "CONTEXT is missing: what may be copied: a directory, a git repository, an archive (a file, or one of the web), or - for an archive or a Dockerfile on standard input", "caisson build --help")]
    [InlineData("build . more", "\"more\" is one argument too many", "caisson build --help")]
    [InlineData("build --platform=linux/amd64, linux/arm64 .", "\".\" is one argument too many", "white space after the comma of \"linux/amd64,\" makes two arguments of one; write it without")]
    [InlineData("bild .", "there is no command \"bild\"", "did you mean \"build\"?")]
    [InlineData("base debain", "there is no command \"debain\"", "did you mean \"debian\"?")]
    [InlineData("base", "a command is missing", "caisson base --help")]
    [InlineData("base debian --suite bookworm", "Option '--tag' is required.", "caisson base debian --help")]
    [InlineData("run --evn=A image", "there is no option --evn", "did you mean \"--env\"?")]
    [InlineData("rmi", "IMAGE is missing: names to take away", "caisson rmi --help")]
    [InlineData("build -f  .", "--file is empty", "a variable of the shell may be unset")]
    [InlineData("build ", "CONTEXT is empty", "a variable of the shell may be unset")]
    [InlineData("--root  images", "--root is empty", "a variable of the shell may be unset")]
    [InlineData("base debian --suite s -t t --keyring ", "--keyring is empty", "a variable of the shell may be unset")]
    public void A_wrong_command_line_is_explained(string arguments, string message, string hint)
    {
        UsageErrors? errors = UsageErrors.Find(TestCommands.Parse(arguments.Split(' ')));
        Assert.NotNull(errors);
        Assert.Equal(message, Assert.Single(errors.Messages));
        Assert.Equal(hint, errors.Hint);
    }

    [Theory]
    [InlineData("build -t a -t b:1 -f F --build-arg A=1 --build-arg B -o - --platform linux/arm64 .")]
    [InlineData("build --build-arg -x .")]
    [InlineData("build --build-context base=docker-image://busybox --build-context x=dir .")]
    [InlineData("--root /s build .")]
    [InlineData("build . --root /s")]
    [InlineData("run image")]
    [InlineData("run --entrypoint  -w  image  ")]
    [InlineData("run --rm -e A=1 image -l --rm -- x")]
    public void A_right_command_line_is_not(string arguments) => Assert.Null(UsageErrors.Find(TestCommands.Parse(arguments.Split(' '))));

    [Theory]
    [InlineData("build --platform=linux/amd64,arm65 .", "--platform=linux/amd64,arm65: \"arm65\" is no platform such as linux/amd64 or linux/arm/v7")]
    [InlineData("build --platform=a/b/c/d .", "--platform=a/b/c/d: \"a/b/c/d\" is no platform such as linux/amd64 or linux/arm/v7")]
    [InlineData("build --progress=loud .", "--progress=loud: write auto, tty, plain or quiet")]
    [InlineData("build --timestamps=no .", "--timestamps=no: write clamp or keep")]
    [InlineData("build -o type=oci,dest= .", "--output type=oci,dest=: dest= is empty")]
    [InlineData("build --build-context Assets=x .", "--build-context Assets=x: a repository name is lower case, in \"Assets\"")]
    [InlineData("build --build-context assets .", "--build-context assets: write NAME=VALUE")]
    [InlineData("build -t App .", "a repository name is lower case, in \"App\"")]
    [InlineData("build --tagg x .", "there is no option --tagg")]
    [InlineData("run --network=bridge app", "--network=bridge: write host or none")]
    [InlineData("base debian --suite s -t t --variant big", "--variant=big: write minbase, apt or extract")]
    public async Task A_wrong_value_ends_the_command_with_exit_code_2(string arguments, string expected)
    {
        using TempDirectory directory = new();
        await File.WriteAllTextAsync(directory["Dockerfile"], "FROM scratch\nLABEL a=b\n", TestContext.Current.CancellationToken);
        (int exitCode, string output) = await Shipped.RunAsync(directory.Path, arguments.Split(' '));
        Directory.Delete(directory.Path + ".home", recursive: true);
        Assert.Equal((2, $"caisson: {expected}"), (exitCode, output.Split('\n')[0]));
    }
}
