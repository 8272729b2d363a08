using System.Collections.Immutable;
using Caisson.Daemon.Llb;
using Caisson.Daemon.Proto.Llb;
using Caisson.Daemon.Tests.Testing;
using Caisson.Engine;
using Caisson.Engine.Exporting;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Testing;
using static Caisson.Daemon.Tests.Testing.LlbGraph;

namespace Caisson.Daemon.Tests.Llb;

/// <summary>Graphs of clients, solved by the engine: what comes out is looked at as files, and as the archives of layers.</summary>
public sealed class LlbSolvingTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private readonly LlbGraph _graph = new();
    private BuildEngine _engine = null!; // set before a test begins
    private int _builds;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_directory["context"]);
        _engine = await BuildEngine.OpenAsync(new BuildEngineOptions { StatePath = _directory["store"], SearchPath = "/usr/sbin:/usr/bin:/sbin:/bin" }, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Directories_have_the_mode_and_the_owner_that_is_asked_for()
    {
        Input made = _graph.File(null, MakeDirectory("/a/b", 0x1C0, parents: true, owner: 7), MakeDirectory("/a/b/c", 0x1F8), MakeDirectory("/a/b"));
        Assert.Equal(["drwx------ 7/8 a/", "drwx------ 7/8 a/b/", "drwxrwx--- 0/0 a/b/c/"], await ListAsync(made));
        BuildException e = await Assert.ThrowsAsync<BuildException>(() => ListAsync(_graph.File(null, MakeDirectory("/x/y"))));
        Assert.Contains("\"/x\", the directory that \"/x/y\" is to go into, is not there", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_hold_whatever_bytes_they_are_given()
    {
        byte[] bytes = [0, 255, 254, 10, 192];
        string files = await BuildAsync(_graph.File(null, MakeFile("/bytes", bytes, 0x180), MakeFile("/text", "ä\n")));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(files, "bytes"), Ct));
        Assert.Equal("ä\n", await File.ReadAllTextAsync(Path.Combine(files, "text"), Ct));
    }

    [Fact]
    public async Task What_is_removed_is_gone_and_nothing_else()
    {
        Input tree = _graph.File(null, MakeDirectory("/d/sub", parents: true), MakeFile("/d/sub/x", "1"), MakeFile("/d/a.txt", "2"), MakeFile("/d/b.txt", "3"), MakeFile("/d/c", "4"), Link("/l", "d"));
        Assert.Equal(["d d", "d d/sub", "f d/c", "f d/sub/x", "l l"], await NamesAsync(_graph.File(tree, Remove("/d/*.txt", wildcards: true), Remove("/none", allowsMissing: true), Remove("/n*", wildcards: true))));
        // Through a link on the way, but never what a link at the end leads to.
        Assert.Equal(["d d", "f d/a.txt", "f d/b.txt", "f d/c"], await NamesAsync(_graph.File(tree, Remove("/l/sub"), Remove("/l"))));
        // What is made again where something was is new.
        Assert.Equal(["d d", "d e", "f e/y"], await NamesAsync(_graph.File(tree, Remove("/d"), Remove("l"), MakeDirectory("/d"), MakeDirectory("/e"), MakeFile("/e/y", "5"))));
        Assert.Contains("\"/d/none\" is to be removed, and is not there", (await Assert.ThrowsAsync<BuildException>(() => NamesAsync(_graph.File(tree, Remove("/d/none"))))).Message, StringComparison.Ordinal);
        Assert.Contains("is the root", (await Assert.ThrowsAsync<BuildException>(() => NamesAsync(_graph.File(tree, Remove("/d/..", allowsMissing: true))))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_path_leads_out_of_the_root()
    {
        string outside = Directory.CreateDirectory(_directory["outside"]).FullName;
        await File.WriteAllTextAsync(Path.Combine(outside, "kept"), "x", Ct);
        Input links = _graph.File(null, Link("/out", outside), Link("/up", "../../../../../../../.." + outside));
        Input changed = _graph.File(links, Remove("/out/kept", allowsMissing: true), Remove("/up/*", allowsMissing: true, wildcards: true), Remove("/../.." + outside + "/kept", allowsMissing: true), MakeDirectory("/../up/made", parents: true));
        Assert.Equal("x", await File.ReadAllTextAsync(Path.Combine(outside, "kept"), Ct));
        Assert.Contains("d " + outside[1..] + "/made", await NamesAsync(changed));
        Assert.Equal(["kept"], Directory.GetFileSystemEntries(outside).Select(static p => Path.GetFileName(p)));
        BuildException e = await Assert.ThrowsAsync<BuildException>(() => NamesAsync(_graph.File(null, Link("/a", "b"), Link("/b", "a"), Remove("/a/x"))));
        Assert.Contains("symbolic links", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_are_made_where_nothing_is()
    {
        Assert.Equal(["d d", "l d/l"], await NamesAsync(_graph.File(null, MakeDirectory("/d"), Link("/d/l", "/else/where"))));
        Assert.Equal(["lrwxrwxrwx 5/5 l"], await ListAsync(_graph.File(null, Link("/l", "x", owner: 5))));
        Assert.Contains("exists", (await Assert.ThrowsAsync<BuildException>(() => NamesAsync(_graph.File(null, MakeFile("/f", ""), Link("/f", "x"))))).Message, StringComparison.Ordinal);
        Assert.Contains("is not there", (await Assert.ThrowsAsync<BuildException>(() => NamesAsync(_graph.File(null, Link("/d/f", "x"))))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_difference_applied_to_the_lower_is_the_upper()
    {
        Input lower = _graph.File(null, MakeDirectory("/d"), MakeFile("/d/same", "1"), MakeFile("/d/changed", "2"), MakeFile("/d/gone", "3"), MakeDirectory("/was"), MakeFile("/was/x", ""), MakeFile("/file", "4"));
        Input upper = _graph.File(lower, Remove("/d/changed"), MakeFile("/d/changed", "other", 0x180), Remove("/d/gone"), Remove("/was"), MakeFile("/was", "now a file"), Remove("/file"), MakeDirectory("/file"), MakeFile("/file/in", "5"), Link("/new", "d"));
        Input diff = _graph.Diff(lower, upper);
        Assert.Equal(["d d", "d file", "f d/changed", "f file/in", "f was", "l new"], await NamesAsync(diff));
        Assert.Equal(await ListAsync(upper), await ListAsync(_graph.Merge(lower, diff)));
        Assert.Equal("other", await File.ReadAllTextAsync(Path.Combine(await BuildAsync(_graph.Merge(lower, diff)), "d/changed"), Ct));
        Assert.Empty(await NamesAsync(_graph.Diff(upper, upper)));
        // It can be built upon, and merges are associative.
        Input other = _graph.File(null, MakeDirectory("/d"), MakeFile("/d/gone", "other"), MakeFile("/z", ""));
        Assert.Equal(["d d", "d file", "f d/changed", "f file/in", "f was", "f z", "l new"], await NamesAsync(_graph.Merge(other, diff)));
        Assert.Equal(await ListAsync(_graph.Merge(other, diff, lower)), await ListAsync(_graph.Merge(_graph.Merge(other, diff), lower)));
        Assert.Equal(await ListAsync(_graph.Merge(other, diff, other)), await ListAsync(_graph.Merge(other, _graph.Merge(diff, other))));
        Assert.Contains("f d/more", await NamesAsync(_graph.File(diff, MakeFile("/d/more", ""))));
    }

    [Fact]
    public async Task Trees_that_have_nothing_to_do_with_each_other_are_compared()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory["context"], "same"), "1", Ct);
        await File.WriteAllTextAsync(Path.Combine(_directory["context"], "own"), "2", Ct);
        Input context = _graph.Add(new Op { Source = new SourceOp { Identifier = "local://context" } });
        Input other = _graph.File(null, MakeFile("/same", "1", 0x1A4), MakeFile("/lost", "3"));
        Assert.Equal(["f own"], await NamesAsync(_graph.Diff(other, context)));
        Assert.Equal(["f own", "f same", "f z"], await NamesAsync(_graph.Merge(_graph.File(null, MakeFile("/lost", ""), MakeFile("/same", "1"), MakeFile("/z", "")), _graph.Diff(other, context))));
        Assert.Equal(["f own", "f same"], await NamesAsync(context));
    }

    [Fact]
    public async Task Images_are_compared_with_what_their_layers_remove_and_make_anew()
    {
        Input files = _graph.File(null, MakeDirectory("/d"), MakeFile("/d/a", "1"), MakeFile("/d/b", "2"), MakeFile("/x", "3"), MakeFile("/y", "4"));
        await SolveAsync(files, new Export.Store([Reference.Parse("lower:1")]));
        await SolveAsync(_graph.File(files, Remove("/d"), MakeDirectory("/d"), MakeFile("/d/c", "5"), Remove("/x")), new Export.Store([Reference.Parse("upper:1")]));
        Input lower = _graph.Add(new Op { Source = new SourceOp { Identifier = "docker-image://docker.io/library/lower:1" } }), upper = _graph.Add(new Op { Source = new SourceOp { Identifier = "docker-image://docker.io/library/upper:1" } });
        Input diff = _graph.Diff(lower, upper);
        Assert.Equal(["d d", "f d/c"], await NamesAsync(diff));
        Assert.Equal(await ListAsync(upper), await ListAsync(_graph.Merge(lower, diff)));
        Input other = _graph.File(null, MakeDirectory("/d"), MakeFile("/d/a", ""), MakeFile("/d/z", ""), MakeFile("/x", ""));
        Assert.Equal(["d d", "f d/c", "f d/z"], await NamesAsync(_graph.Merge(other, diff)));
        // And back.
        Assert.Equal(["d d", "f d/a", "f d/b", "f x"], await NamesAsync(_graph.Diff(upper, lower)));
        Assert.Equal(await ListAsync(lower), await ListAsync(_graph.Merge(upper, _graph.Diff(upper, lower))));
    }

    [Fact]
    public async Task What_a_step_removed_is_removed_from_what_it_is_merged_with()
    {
        Input foo = _graph.File(null, MakeFile("/foo", ""));
        Input bar = _graph.File(_graph.File(foo, Remove("/foo")), MakeFile("/bar", ""));
        Assert.Equal(["f bar"], await NamesAsync(_graph.Merge(foo, bar)));
        Assert.Equal(["f bar", "f foo"], await NamesAsync(_graph.Merge(bar, foo)));
        Assert.Equal(["f bar", "f foo"], await NamesAsync(_graph.Merge(foo, _graph.Diff(_graph.File(foo, Remove("/foo")), bar))));
    }

    [Fact]
    public async Task Each_vertex_between_the_two_of_a_difference_is_done_to_what_it_is_merged_with()
    {
        Input lower = _graph.File(null, MakeDirectory("/d", 0x1C9), MakeDirectory("/d/s"), MakeFile("/d/s/x", "1"), MakeFile("/k", "2"));
        Input other = _graph.File(null, MakeDirectory("/d"), MakeDirectory("/d/s"), MakeFile("/d/s/z", "3"), MakeFile("/d/p", ""));
        Input[] removed = [_graph.File(lower, Remove("/d/s")), _graph.File(lower, Remove("/d/s/x"), Remove("/d/s"))];
        foreach (Input upper in removed)
            Assert.Equal(["d d", "f d/p"], await NamesAsync(_graph.Merge(other, _graph.Diff(lower, upper))));
        Input remade = _graph.File(removed[0], MakeDirectory("/d/s"), MakeFile("/d/s/new", ""));
        Assert.Equal(["d d", "d d/s", "f d/p", "f d/s/new"], await NamesAsync(_graph.Merge(other, _graph.Diff(lower, remade))));
        Assert.Equal(["d d", "d d/s", "f d/s/new"], await NamesAsync(_graph.Diff(lower, remade)));
        // One vertex that does both makes it what it is in the end, and names no others.
        Input whole = _graph.File(lower, Remove("/d/s"), MakeDirectory("/d/s"), MakeFile("/d/s/new", ""));
        Assert.Equal(["d d", "d d/s", "f d/p", "f d/s/new", "f d/s/z"], await NamesAsync(_graph.Merge(other, _graph.Diff(lower, whole))));
        Assert.Equal(["d d", "d d/s", "f d/p", "f d/s/new", "f d/s/z", "f k"], await NamesAsync(_graph.Merge(other, whole)));
        // Where something was removed from a directory, that is part of the difference.
        Assert.Equal(["drwx--x--x 0/0 d/"], await ListAsync(_graph.Diff(lower, removed[0])));
        Assert.Equal(["drwx--x--x 0/0 d/"], await ListAsync(_graph.Merge(_graph.File(null, MakeFile("/d", "")), _graph.Diff(lower, removed[0]))));
    }

    [Fact]
    public async Task What_a_program_did_is_a_difference_with_what_it_removed()
    {
        Input context = await ProgramsAsync();
        Input root = _graph.File(context, MakeDirectory("/d/deep", parents: true), MakeFile("/d/deep/x", "1"), MakeFile("/d/kept", "2"), MakeFile("/gone", "3"));
        Input ran = _graph.Run(root, "cd /d; echo new > made; ln made linked; rm -r deep; mkdir deep; echo y > deep/y; rm /gone; chmod 600 kept");
        Input diff = _graph.Diff(root, ran);
        Assert.Equal(["d d", "d d/deep", "f d/deep/y", "f d/kept", "f d/linked", "f d/made"], await NamesAsync(diff));
        Assert.Equal(await ListAsync(ran), await ListAsync(_graph.Merge(root, diff)));
        Input target = _graph.File(null, MakeDirectory("/d/deep", parents: true), MakeFile("/d/deep/x", "1"), MakeFile("/gone", ""), MakeFile("/z", ""));
        Assert.Equal(["d d", "d d/deep", "f d/deep/y", "f d/kept", "f d/linked", "f d/made", "f z"], await NamesAsync(_graph.Merge(target, diff)));
        string files = await BuildAsync(_graph.Merge(target, diff));
        Assert.Equal("2", (await Tool.RunAsync("stat", "-c", "%h", Path.Combine(files, "d/linked"))).Trim());
    }

    [Fact]
    public async Task Exit_codes_count_as_success_where_they_are_named()
    {
        Input root = await ProgramsAsync();
        Assert.Contains("f made", await NamesAsync(Ending(3, 0, 3)));
        Assert.Contains("f made", await NamesAsync(Ending(0, 0)));
        Assert.Contains("3", (await Assert.ThrowsAsync<BuildException>(() => NamesAsync(Ending(3, 4)))).Message, StringComparison.Ordinal);
        Assert.Contains("3", (await Assert.ThrowsAsync<BuildException>(() => NamesAsync(Ending(3)))).Message, StringComparison.Ordinal);
        // Where 0 is not named, it is none.
        Assert.Contains("0", (await Assert.ThrowsAsync<BuildException>(() => NamesAsync(Ending(0, 3)))).Message, StringComparison.Ordinal);

        Input Ending(int code, params int[] valid) => _graph.Add(new Op
        {
            Inputs = { root },
            Exec = new ExecOp { Meta = new Meta { Args = { "/bin/sh", "-c", $"echo > /made; exit {code}" }, Cwd = "/", ValidExitCodes = { valid } }, Mounts = { new Mount { Dest = "/", Input = 0, Output = 0 } } },
        });
    }

    [Fact]
    public async Task What_a_program_leaves_on_its_mounts_are_results_of_their_own()
    {
        Input root = await ProgramsAsync();
        Input files = _graph.File(null, MakeDirectory("/d"), MakeFile("/d/gone", "1"), MakeFile("/d/kept", "2"), MakeFile("/d/changed", "3"));
        Input[] ran = _graph.Run(root, "cd /src/d; rm gone; echo new > made; echo more >> changed; ln -s made link; mkdir /out/deep; echo x > /out/deep/x; echo lost > /lost/x; echo y > /root", ("/src", files), ("/out", null), ("/lost", files));
        Assert.Equal(["d deep", "f deep/x"], await NamesAsync(ran[2]));
        Assert.Equal(["d d", "f d/changed", "f d/kept", "f d/made", "l d/link"], await NamesAsync(ran[1]));
        Assert.Equal(["-rw-r--r-- 0/0 deep/x", "drwxr-xr-x 0/0 deep/"], await ListAsync(ran[2]));
        Assert.Contains("f root", await NamesAsync(ran[0]));
        Assert.DoesNotContain("d out", await NamesAsync(ran[0]));
        // They are file systems like any other: steps, copies and differences stand on them, and what was removed is removed from what they are laid over.
        Assert.Equal(["d deep", "f deep/x", "f more"], await NamesAsync(_graph.File(ran[2], MakeFile("/more", ""))));
        Assert.Equal(["f d/changed", "f d/made", "l d/link"], (await NamesAsync(_graph.Diff(files, ran[1]))).Where(static n => n[0] != 'd'));
        Input other = _graph.File(null, MakeDirectory("/d"), MakeFile("/d/gone", ""), MakeFile("/z", ""));
        Assert.Equal(["d d", "f d/changed", "f d/kept", "f d/made", "f z", "l d/link"], await NamesAsync(_graph.Merge(other, ran[1])));
        Input[] next = _graph.Run(root, "cat /in/deep/x > /in/y", ("/in", ran[2]));
        Assert.Equal(["d deep", "f deep/x", "f y"], await NamesAsync(next[1]));
    }

    [Fact]
    public async Task Of_a_mount_that_shows_a_part_the_whole_with_the_changes_is_the_result()
    {
        Input root = await ProgramsAsync();
        Input files = _graph.File(null, MakeDirectory("/d"), MakeFile("/d/x", "1"), MakeFile("/other", "2"));
        Input ran = _graph.Add(new Op
        {
            Inputs = { root, files },
            Exec = new ExecOp
            {
                Meta = new Meta { Args = { "/bin/sh", "-euc", "rm /m/x; echo > /m/y" }, Cwd = "/" },
                Mounts = { new Mount { Dest = "/", Input = 0, Output = -1, Readonly = true }, new Mount { Dest = "/m", Input = 1, Output = 0, Selector = "/d" } },
            },
        });
        Assert.Equal(["d d", "f d/y", "f other"], await NamesAsync(ran));
    }

    [Fact]
    public async Task All_that_a_program_leaves_comes_of_one_run()
    {
        Input root = await ProgramsAsync();
        Input[] ran = _graph.Run(root, "read id < /proc/sys/kernel/random/uuid; echo $id > /id; echo $id > /out/of-out; echo $id > /second/of-second", ("/out", null), ("/second", null));
        Input both = _graph.Merge(ran);
        string[] first = await IdsAsync(await BuildAsync(both));
        Assert.Single(first.Distinct());
        Assert.Equal(first, await IdsAsync(await BuildAsync(both)));
        Assert.Equal(first[0], await File.ReadAllTextAsync(Path.Combine(await BuildAsync(ran[1]), "of-out"), Ct));
        // Without one of them, nothing of it is taken.
        foreach (string layer in Directory.GetDirectories(_directory["store/layers"]).Where(static l => File.Exists(Path.Combine(l, "fs/of-second"))))
            Directory.Delete(layer, recursive: true);
        string[] second = await IdsAsync(await BuildAsync(both));
        Assert.Single(second.Distinct());
        Assert.NotEqual(first[0], second[0]);
    }

    [Fact]
    public async Task What_a_program_that_is_done_anew_leaves_is_not_taken_from_before()
    {
        Input root = await ProgramsAsync();
        Input ran = _graph.Run(root, "cat /proc/sys/kernel/random/uuid > /out/id", ("/out", null))[1];
        string first = await File.ReadAllTextAsync(Path.Combine(await BuildAsync(ran), "id"), Ct);
        Assert.Equal(first, await File.ReadAllTextAsync(Path.Combine(await BuildAsync(ran), "id"), Ct));
        string files = _directory["anew"];
        await SolveAsync(_engine, ran, new Export.LocalDirectory(files), static r => r with { UsesCache = false });
        string anew = await File.ReadAllTextAsync(Path.Combine(files, "id"), Ct);
        Assert.NotEqual(first, anew);
        Assert.Equal(anew, await File.ReadAllTextAsync(Path.Combine(await BuildAsync(ran), "id"), Ct));
    }

    [Fact]
    public async Task Another_machine_takes_what_a_program_left_from_a_shared_cache()
    {
        Input root = await ProgramsAsync();
        Input ran = _graph.Run(root, "cat /proc/sys/kernel/random/uuid > /out/id", ("/out", null))[1];
        CacheLocation place = new CacheLocation.Directory(_directory["cache"]);
        BuildResult first = await SolveAsync(_engine, ran, new Export.Store([]), r => r with { CacheExports = [new CacheExport(place) { HasAllSteps = true }] });
        await using BuildEngine other = await BuildEngine.OpenAsync(new BuildEngineOptions { StatePath = _directory["other"], SearchPath = "/usr/sbin:/usr/bin:/sbin:/bin" }, Ct);
        BuildResult second = await SolveAsync(other, ran, new Export.Store([]), r => r with { CacheImports = [new CacheImport(place)] });
        Assert.Equal(first.Descriptor, second.Descriptor);
    }

    [Fact]
    public async Task The_same_graph_comes_to_the_same_image_without_being_done_again()
    {
        Input lower = _graph.File(null, MakeFile("/a", "1"), MakeFile("/b", "2"));
        Input result = _graph.Merge(lower, _graph.Diff(lower, _graph.File(lower, Remove("/a"), MakeFile("/c", "3"), Link("/l", "c"))));
        BuildResult first = await SolveAsync(result, new Export.Store([]));
        BuildResult second = await SolveAsync(result, new Export.Store([]));
        Assert.Equal(first.Descriptor, second.Descriptor);
        await using BuildEngine other = await BuildEngine.OpenAsync(new BuildEngineOptions { StatePath = _directory["other"], SearchPath = "/usr/sbin:/usr/bin:/sbin:/bin" }, Ct);
        Assert.Equal(first.Descriptor, (await SolveAsync(other, result, new Export.Store([]))).Descriptor);
    }

    // A root with a shell and what the scripts need.
    private async Task<Input> ProgramsAsync()
    {
        Tool.Require("busybox");
        Tool.Require("crun");
        string bin = _directory["context/bin"];
        await Tool.RunAsync("sh", "-euc", $"mkdir -p '{bin}' && cp $(command -v busybox) '{bin}/sh' && for name in ln rm mkdir chmod cat; do ln -s sh '{bin}'/$name; done");
        return _graph.Add(new Op { Source = new SourceOp { Identifier = "local://context" } });
    }

    private static async Task<string[]> IdsAsync(string files) =>
        await Task.WhenAll(((string[])["id", "of-out", "of-second"]).Select(name => File.ReadAllTextAsync(Path.Combine(files, name), Ct)));

    private async Task<string[]> NamesAsync(Input result) => await ShellAsync(await BuildAsync(result), "find . -mindepth 1 -printf '%y %P\\n'");

    // With owners, which a directory does not have.
    private async Task<string[]> ListAsync(Input result)
    {
        string archive = _directory[$"files-{++_builds}.tar"];
        await SolveAsync(result, new Export.Tar(ExportFile.At(archive)));
        return await ShellAsync("/", $"tar --list --verbose --numeric-owner --file '{archive}' | awk '{{print $1, $2, $6}}'");
    }

    private static async Task<string[]> ShellAsync(string directory, string command) =>
        (await Tool.RunAsync("sh", "-euc", $"cd '{directory}'; {command} | LC_ALL=C sort")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task<string> BuildAsync(Input result)
    {
        string files = _directory[$"files-{++_builds}"];
        await SolveAsync(result, new Export.LocalDirectory(files));
        return files;
    }

    private Task<BuildResult> SolveAsync(Input result, Export export) => SolveAsync(_engine, result, export);

    private async Task<BuildResult> SolveAsync(BuildEngine engine, Input result, Export export, Func<BuildRequest, BuildRequest>? edit = null)
    {
        BuildRequest request = new()
        {
            Context = BuildContext.FromDirectory(Directory.CreateDirectory(_directory["main"]).FullName),
            Graph = new LlbPlanner(LlbDefinition.Read(_graph.Resulting(result)), new NoResults()),
            NamedContexts = ImmutableDictionary<string, string>.Empty.Add(LlbSources.ContextOf("context"), _directory["context"]),
            Exports = [export],
        };
        await using Build build = engine.Start(edit?.Invoke(request) ?? request, Ct);
        return await build.Completion;
    }
}
