using System.Collections.Concurrent;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Tests.Steps;

/// <summary>Which files steps use, as the kernel tells it.</summary>
public sealed class FileUseTests : BoxTests
{
    private readonly Use _use = new();

    [Fact]
    public async Task What_a_program_opens_is_told_and_what_it_does_not_is_not()
    {
        Workshop.Context.File("files/read", "a").File("files/looked-at", "b").File("files/untouched", "c").File("files/deep/er/read", "d");
        await BuildAsync("FROM box:1\nCOPY files /files\nRUN cat /files/read /files/deep/er/read; ls -l /files/looked-at; echo new > /written; cd /files && cat < deep/../read\n");
        FileOpens opens = Assert.Single(_use.Runs);
        Assert.True(opens.IsComplete);
        Assert.Superset(new HashSet<string> { "files/read", "files/deep/er/read", "bin/busybox" }, opens.Read.ToHashSet());
        Assert.Contains("written", opens.Opened);
        Assert.DoesNotContain("written", opens.Read);
        Assert.DoesNotContain("files/looked-at", opens.Opened);
        Assert.DoesNotContain("files/untouched", opens.Opened);
    }

    [Fact]
    public async Task What_is_written_and_then_read_by_the_same_step_is_read()
    {
        await BuildAsync("FROM box:1\nRUN echo 1 > /a; echo 2 > /b; cat /a; cp /b /c; rm /b\n");
        FileOpens opens = Assert.Single(_use.Runs);
        Assert.Superset(new HashSet<string> { "a", "b" }, opens.Read.ToHashSet());
        Assert.DoesNotContain("c", opens.Read);
    }

    [Fact]
    public async Task Thousands_of_files_are_told_none_is_lost_and_steps_at_the_same_time_are_told_apart()
    {
        const string all = "for i in $(seq 3000); do echo $i > /many/$i; done; cat /many/* > /dev/null";
        await BuildAsync($"FROM box:1 AS one\nRUN mkdir /many; {all}; cat /one 2> /dev/null; echo 1 > /one\nFROM box:1 AS two\nRUN mkdir /many; {all}; echo 2 > /two\nFROM box:1\nCOPY --from=one /one /\nCOPY --from=two /two /\n");
        Assert.Equal(2, _use.Runs.Count);
        Assert.All(_use.Runs, static opens =>
        {
            Assert.True(opens.IsComplete);
            Assert.Equal(3000, opens.Read.Count(static p => p.StartsWith("many/", StringComparison.Ordinal)));
            Assert.True(opens.Opened.Contains("one") != opens.Opened.Contains("two"));
        });
    }

    [Fact]
    public async Task What_is_copied_of_a_stage_or_shown_to_a_step_is_told()
    {
        await BuildAsync("FROM box:1 AS made\nRUN mkdir /out; echo 1 > /out/a; echo 2 > /out/b\nFROM box:1\nCOPY --from=made /out/a /x/\nRUN --mount=from=made,source=/out,target=/m true\n");
        Assert.Equal(["out", "out/a"], _use.Taken.Order(StringComparer.Ordinal));
    }

    private Task<Built> BuildAsync(string dockerfile) => Workshop.BuildAsync(dockerfile, request => request with { UsesCache = false, FileUse = _use });

    private sealed class Use : IFileUse
    {
        public ConcurrentQueue<FileOpens> Runs { get; } = [];

        public ConcurrentQueue<string> Taken { get; } = [];

        public void Ran(IFileTree before, IFileTree after, FileOpens opens) => Runs.Enqueue(opens);

        public void Took(IFileTree from, string path) => Taken.Enqueue(path);

        public void Shipped(IEnumerable<string> files)
        {
        }
    }
}
