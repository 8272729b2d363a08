using Caisson.Engine.Events;
using Caisson.Engine.Tests.Testing;
using static Caisson.Engine.Tests.Testing.Archives;

namespace Caisson.Engine.Tests.Steps;

/// <summary>What programs of later steps see of files that were copied or unpacked, and what stays of what they write.</summary>
public sealed class CopiedFilesInUseTests : BoxTests
{
    [Fact]
    public async Task An_unpacked_archive_is_a_tree_like_any_other()
    {
        byte[] tar = await Bases.ArchiveAsync(
            File("run", "#!/bin/sh\necho runs\n", 0x1ED), File("one", "text", 0x180, 5, 6).At(1_000_000_000), HardLink("two", "one"), File(".wh.name", "W"), Link("l", "one"));
        Workshop.Context.Bytes("a.tar", tar);
        Built built = await Workshop.BuildAsync("FROM box:1\nADD a.tar /new/\nRUN cd /new && ./run && stat -c '%a %u:%g %h %Y' two && cat .wh.name && echo && cat l\n");
        Assert.Equal(["runs", "600 5:6 2 1000000000", "W", "text"], Lines(built));
    }

    [Fact]
    public async Task An_archive_merges_with_what_programs_wrote()
    {
        Workshop.Context.Bytes("a.tar", await Bases.ArchiveAsync(File("lib/x", "X"), File("gone", "now a file")));
        Built built = await Workshop.BuildAsync(
            "FROM box:1\nRUN mkdir -p /d/usr/lib /d/gone/sub && ln -s usr/lib /d/lib && touch /d/usr/lib/old\nADD a.tar /d\nRUN ls /d/usr/lib && cat /d/gone\n");
        Assert.Equal(["old", "x", "now a file"], Lines(built));
    }

    // BuildKit 28.5 does the same; the classic builder discarded what programs wrote to a volume.
    [Fact]
    public async Task What_is_written_to_a_volume_while_building_stays()
    {
        Workshop.Context.File("a", "A");
        Built built = await Workshop.BuildAsync("FROM box:1\nRUN mkdir /v\nVOLUME /v\nRUN echo written > /v/f\nCOPY a /v/a\nRUN cat /v/f /v/a\n");
        Assert.Equal(["written", "A"], Lines(built));
        Assert.Contains("v/f", string.Concat((await Layers.OfAsync(built.Image)).SelectMany(static l => l)), StringComparison.Ordinal);
        Assert.Equal(["/v"], built.Image.Config.Config?.Volumes);
    }

    [Fact]
    public async Task A_new_working_directory_is_its_users_and_an_old_one_stays_as_it_is()
    {
        Workshop.Context.File("passwd", "app:x:1000:1001::/:/bin/sh\n");
        Built built = await Workshop.BuildAsync("FROM box:1\nCOPY passwd /etc/passwd\nUSER app\nWORKDIR /srv/app\nWORKDIR /etc\nRUN stat -c '%a %u:%g %n' /srv /srv/app /etc\n");
        Assert.Equal(["755 1000:1001 /srv", "755 1000:1001 /srv/app", "755 0:0 /etc"], Lines(built));
    }

    private static string[] Lines(Built built) => [.. built.Events.OfType<BuildEvent.StepOutput>().Where(static o => !o.IsError).Select(static o => o.Line)];
}
