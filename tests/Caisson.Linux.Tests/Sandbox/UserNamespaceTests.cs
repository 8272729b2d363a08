using Caisson.Linux.Sandbox;

namespace Caisson.Linux.Tests.Sandbox;

public sealed class UserNamespaceTests
{
    [Theory]
    [InlineData("         0       1000          1\n", true)]
    [InlineData("      1000       1000          1\n", true)]
    [InlineData("         0       1000          1\n         1     100000      65536\n", false)]
    [InlineData("         0          0 4294967295\n", false)]
    [InlineData("         0     100000          2\n", false)]
    public void A_map_of_one_line_and_one_id_leaves_root_alone(string map, bool isAlone) => Assert.Equal(isAlone, UserNamespace.IsSingleMap(map));

    [Theory]
    [InlineData("         0       1000          1\n         1     100000      65536\n", 1000)]
    [InlineData("         1     100000      65536\n         0       1001          1\n", 1001)]
    [InlineData("         0          0 4294967295\n", 0)]
    [InlineData("      1000       1000          1\n", 0)]
    public void A_map_says_who_root_is_outside(string map, long expected) => Assert.Equal(expected, UserNamespace.OuterRootOf(map));

    [Fact]
    public void A_user_without_programs_to_help_gets_files_only_and_is_told_what_is_missing()
    {
        Ladder ladder = new LadderProbe("/nowhere", "eva").Find(Rung.AllIds);
        Assert.Equal(Rung.FilesOnly, ladder.Rung);
        Assert.Equal(
            [
                new RungObstacle(Rung.AllIds, "newuidmap is not on this machine", "apt-get install uidmap"),
                new RungObstacle(Rung.OneId, "unshare is not on this machine", "apt-get install util-linux"),
            ],
            ladder.Above);
    }

    [Fact]
    public void Rungs_above_the_highest_that_is_asked_for_are_not_tried()
    {
        Ladder ladder = new LadderProbe("/nowhere", "eva").Find(Rung.FilesOnly);
        Assert.Equal(Rung.FilesOnly, ladder.Rung);
        Assert.All(ladder.Above, static o => Assert.Equal("CAISSON_RUNG asks for a lower rung", o.Reason));
    }
}
