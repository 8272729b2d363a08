using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Steps;

/// <summary>A layer that stands in a file system twice.</summary>
public sealed class RepeatedLayerTests(ExampleBases bases)
{
    [Fact]
    public async Task What_was_copied_removed_and_copied_again_is_there()
    {
        using Project project = new(bases.Store, $"""
            FROM {await bases.Debian}
            COPY a /x/
            RUN rm /x/a && touch /x/b && chmod 700 /x
            COPY a /x/
            RUN cat /x/a && ls /x > /names && stat -c %a /x > /mode
            """);
        string tar = Path.Combine(project.Path, "out.tar");
        (await project.File("a", "content").TryBuildAsync("-o", "type=tar,dest=" + tar)).Succeeded();
        Assert.Equal("a\nb\n", await Tool.RunAsync("tar", "-xOf", tar, "names"));
        Assert.Equal("content", await Tool.RunAsync("tar", "-xOf", tar, "x/a"));
    }

    [Fact]
    public async Task Directories_that_are_there_already_may_be_made_the_working_directory_several_times()
    {
        using Project project = new(bases.Store, $"FROM {await bases.Debian}\nWORKDIR /etc\nWORKDIR /usr\nWORKDIR /etc\nRUN test \"$PWD\" = /etc\n");
        (await project.TryBuildAsync()).Succeeded();
    }
}
