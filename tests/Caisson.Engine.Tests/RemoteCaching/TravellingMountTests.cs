using Caisson.Engine.Events;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.RemoteCaching;

/// <summary>Cache mounts that go from machine to machine.</summary>
public sealed class TravellingMountTests : SharingTests
{
    private const string Show = "ls -lin d d/e | sed 's/^ *[0-9]* //'; cat d/one d/last d/many 2>/dev/null; true";

    [Fact]
    public async Task A_mount_is_restored_as_it_was_saved()
    {
        await SaveAsync(Fill("x"));
        string[] there = await LinesAsync(A, Show, import: false);
        string[] here = await LinesAsync(B, Show);
        Assert.Contains(there, static l => l.Contains("three -> one", StringComparison.Ordinal));
        Assert.Equal(there, here);
    }

    [Fact]
    public async Task Only_what_changed_is_sent_and_after_a_while_all_of_it_again()
    {
        await SaveAsync("mkdir d; head -c 300000 /dev/urandom > d/big; echo 1 > d/last; echo gone > d/gone");
        long first = Mount().Changes.Single();
        await SaveAsync("echo 2 > d/last; rm d/gone; mkdir d/new; echo 3 > d/new/file");
        Assert.Equal(2, Mount().Changes.Length);
        Assert.True(Mount().Changes[1] < 5000, $"{Mount().Changes[1]} bytes of {first}");
        await SaveAsync("true");
        Assert.Equal(2, Mount().Changes.Length);
        for (int i = 0; i < 7; i++)
            await SaveAsync($"echo {i} > d/many");
        Assert.True(Mount().Changes.Length <= 8);
        string[] here = await LinesAsync(B, "ls d d/new; cat d/last d/new/file d/many");
        Assert.Equal(["d:", "big", "last", "many", "new", "", "d/new:", "file", "2", "3", "6"], here);
    }

    [Fact]
    public async Task What_is_here_is_not_overwritten()
    {
        await SaveAsync("echo theirs > file");
        await LinesAsync(B, "echo mine > file", import: false);
        Built built = await RunAsync(B, "cat file");
        Assert.Equal(["mine"], Output(built));
        Assert.Contains(built.Events.OfType<BuildEvent.StepStarted>(), static e => e.Name.Contains("has something in it here", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_empty_one_is_as_good_as_none()
    {
        await SaveAsync("echo theirs > file");
        await LinesAsync(B, "true", import: false);
        Assert.Equal(["theirs"], await LinesAsync(B, "cat file"));
    }

    // What is mounted in a step that runs is not put away under it.
    [Fact]
    public async Task An_empty_one_that_is_in_use_is_left_alone()
    {
        await SaveAsync("echo theirs > file");
        await LinesAsync(B, "true", import: false);
        string mount = Directory.GetDirectories(Path.Combine(B.StatePath, "cache-mounts")).Single();
        using (Caisson.Linux.Files.FileLock.TryAcquireShared(Path.Combine(mount, "lock")))
            Assert.Empty(await LinesAsync(B, "ls"));
        Assert.Equal(["theirs"], await LinesAsync(B, "cat file"));
    }

    [Fact]
    public async Task A_build_that_saves_none_keeps_those_that_are_saved()
    {
        await SaveAsync("echo theirs > file");
        await A.BuildAsync("FROM box:1\nRUN true\n", r => r with { CacheExports = [new CacheExport(Place)] });
        Assert.Equal(["theirs"], await LinesAsync(B, "cat file"));
    }

    [Fact]
    public async Task Equal_mounts_make_equal_archives()
    {
        await SaveAsync("echo a > file; touch -d @5 file");
        string[] first = [.. Blobs()];
        Directory.Delete(Shared, recursive: true);
        await LinesAsync(B, "echo a > file; touch -d @5 file", import: false);
        await RunAsync(B, "true", r => r with { CacheExports = [new CacheExport(Place) { Mounts = ["m"] }] }, import: false);
        Assert.Contains(Blobs(), b => first.Contains(b) && IsGzip(b));
    }

    [Fact]
    public async Task One_that_cannot_be_had_is_a_warning_and_begins_empty()
    {
        await SaveAsync("echo theirs > file");
        foreach (string blob in Blobs().Where(IsGzip))
            System.IO.File.WriteAllText(Path.Combine(Shared, "blobs", "sha256", blob), "no archive");
        Built built = await RunAsync(B, "ls");
        Assert.Contains("CSN2125", built.Events.OfType<BuildEvent.Warning>().Select(static w => w.Diagnostic.Code));
        Assert.Empty(Output(built));
    }

    [Fact]
    public async Task An_id_that_nothing_has_is_a_warning()
    {
        Built built = await A.BuildAsync("FROM box:1\nRUN true\n", r => r with { CacheExports = [new CacheExport(Place) { Mounts = ["none"] }] });
        Assert.Equal("CSN2126", Assert.Single(built.Events.OfType<BuildEvent.Warning>()).Diagnostic.Code);
    }

    [Fact]
    public async Task A_step_tells_of_the_mounts_that_it_may_have_taken_from()
    {
        Built built = await RunAsync(A, "true", import: false);
        Assert.Equal(["m"], built.Events.OfType<BuildEvent.StepStarted>().Single(static e => e.Name.Contains("RUN", StringComparison.Ordinal)).CacheMounts);
    }

    private int _run;

    private static string Fill(string last) =>
        $"mkdir -p d/e && echo 1 > d/one && ln d/one d/two && ln -s one d/three && touch -d @1000 d/e && chmod 700 d/e && echo {last} > d/last";

    private Task<Built> SaveAsync(string script) => RunAsync(A, script, r => r with { CacheExports = [new CacheExport(Place) { Mounts = ["m"] }] }, import: false);

    // Each run is another step: what is in the mount is part of no key.
    private Task<Built> RunAsync(Workshop machine, string script, Func<BuildRequest, BuildRequest>? edit = null, bool import = true) => machine.BuildAsync(
        $"FROM box:1\nRUN --mount=type=cache,id=m,target=/m cd /m && {{ {script}; }} # {++_run}\n",
        r => (edit?.Invoke(r) ?? r) with { CacheImports = import ? [new CacheImport(Place)] : [] });

    private async Task<string[]> LinesAsync(Workshop machine, string script, bool import = true) => Output(await RunAsync(machine, script, import: import));

    private static string[] Output(Built built)
    {
        Digest step = built.Events.OfType<BuildEvent.StepStarted>().Single(static e => e.Name.Contains("RUN", StringComparison.Ordinal)).Step;
        return [.. built.Events.OfType<BuildEvent.StepOutput>().Where(e => e.Step == step && !e.IsError).Select(static e => e.Line)];
    }

    private string[] Blobs() => [.. Directory.GetFiles(Path.Combine(Shared, "blobs", "sha256")).Select(static b => Path.GetFileName(b))];

    private bool IsGzip(string blob) => System.IO.File.ReadAllBytes(Path.Combine(Shared, "blobs", "sha256", blob)) is [0x1F, 0x8B, ..] bytes && bytes.Length > 0 && !IsLayer(blob);

    private bool IsLayer(string blob) => Document().Layers.Any(l => l.Blob!.Digest.Hex == blob);

    private (long[] Changes, string Id) Mount()
    {
        Caisson.Engine.RemoteCaching.SharedMount mount = Document().Mounts.Single();
        return ([.. mount.Changes.Select(static c => c.Size)], mount.Id);
    }

    private Caisson.Engine.RemoteCaching.CacheDocument Document()
    {
        ImageIndex index = OciJson.ReadIndex(System.IO.File.ReadAllBytes(Path.Combine(Shared, "index.json")));
        string At(Digest digest) => Path.Combine(Shared, "blobs", "sha256", digest.Hex);
        ImageManifest manifest = OciJson.ReadManifest(System.IO.File.ReadAllBytes(At(index.Manifests.Single().Digest)));
        return Caisson.Engine.RemoteCaching.CacheDocumentJson.Read(System.IO.File.ReadAllBytes(At(manifest.Config.Digest)))!;
    }
}
