using Caisson.Cli.Tests.Testing;

namespace Caisson.Cli.Tests.Docs;

public sealed class CommandReferenceTests
{
    [Fact]
    public void The_page_of_the_command_line_is_current() =>
        Repository.RequireCurrent("docs/cli.md", CommandReference.Write(TestCommands.New().Root));
}
