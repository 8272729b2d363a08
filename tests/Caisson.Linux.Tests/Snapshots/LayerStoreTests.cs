using System.Collections.Immutable;
using Caisson.Linux.Files;
using Caisson.Linux.Snapshots;
using Caisson.Linux.Tests.Testing;
using Caisson.Oci.Model;

namespace Caisson.Linux.Tests.Snapshots;

public sealed class LayerStoreTests : IDisposable
{
    private static readonly LayerId Id = LayerId.OfImageLayer(Digest.OfBytes("layer"u8));

    private readonly TempDirectory _temp = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void What_was_never_published_is_not_there()
    {
        LayerStore store = Open();
        Assert.Null(store.FindDirectory(Id));
        Assert.Null(store.FindList(Id));
        Directory.CreateDirectory(Path.GetDirectoryName(store.PathOf(Id, "x"))!); // a file of a layer has a directory
        Assert.Null(store.FindDirectory(Id));
    }

    [Fact]
    public void A_published_directory_is_found_and_has_left_its_place()
    {
        LayerStore store = Open();
        string published = store.PublishDirectory(Id, Made("one"));
        Assert.Equal(published, store.FindDirectory(Id));
        Assert.Equal(published, Open().FindDirectory(Id));
        Assert.Equal("one", File.ReadAllText(Path.Combine(published, "f")));
        Assert.False(Directory.Exists(_temp["one"]));
        Assert.Null(store.FindList(Id));
    }

    [Fact]
    public void The_first_one_stays_and_the_second_is_removed()
    {
        LayerStore store = Open();
        store.PublishDirectory(Id, Made("one"));
        string published = store.PublishDirectory(Id, Made("two"));
        Assert.Equal("one", File.ReadAllText(Path.Combine(published, "f")));
        Assert.False(Directory.Exists(_temp["two"]));
    }

    [Fact]
    public async Task What_one_has_published_is_there_whoever_publishes_the_same()
    {
        LayerStore store = Open();
        for (int i = 0; i < 500; i++)
        {
            LayerId id = LayerId.OfImageLayer(Digest.OfBytes(BitConverter.GetBytes(i)));
            using Barrier together = new(4);
            string?[] found = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => Task.Factory.StartNew(
                () =>
                {
                    string list = _temp[$"list-{n}"];
                    File.WriteAllText(list, "same");
                    together.SignalAndWait(Ct);
                    store.PublishList(id, list);
                    return store.FindList(id);
                },
                Ct, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            Assert.All(found, Assert.NotNull);
        }
    }

    [Fact]
    public void A_list_is_published_beside_the_directory()
    {
        LayerStore store = Open();
        store.PublishDirectory(Id, Made("one"));
        File.WriteAllText(_temp["list"], "first");
        string published = store.PublishList(Id, _temp["list"]);
        File.WriteAllText(_temp["list"], "second");
        Assert.Equal(published, store.PublishList(Id, _temp["list"]));
        Assert.Equal((published, "first"), (store.FindList(Id), File.ReadAllText(published)));
        Assert.False(File.Exists(_temp["list"]));
        Assert.NotNull(store.FindDirectory(Id));
    }

    [Fact]
    public async Task All_layers_are_listed_with_what_they_take_and_were_made_by_and_nothing_is_measured_twice()
    {
        LayerStore store = Open();
        store.PublishDirectory(Id, Made("one"));
        store.Describe(Id, "RUN make", _temp["about"]);
        store.Describe(Id, "RUN make again", _temp["about"]);
        store.MarkUsed(Id, new(1000, 0));
        StoredLayer layer = Assert.Single(await ListAsync(store));
        Assert.Equal((Id, "RUN make", new(1000, 0)), (layer.Id, layer.About, layer.LastUsed));
        Assert.InRange(layer.SizeBytes, 4096, 65536);
        // Were the directory walked again, this would count.
        File.WriteAllText(Path.Combine(store.FindDirectory(Id)!, "more"), new string('x', 1 << 20));
        Assert.InRange(Assert.Single(await ListAsync(store)).SizeBytes, layer.SizeBytes, 65536);
        Assert.Equal(new(1000, 0), Assert.Single(await ListAsync(store)).LastUsed);
    }

    [Fact]
    public void A_layer_without_forms_is_not_made_by_being_used()
    {
        Open().MarkUsed(Id, new(1000, 0));
        Assert.Empty(Directory.GetDirectories(_temp["layers"]));
    }

    private Task<ImmutableArray<StoredLayer>> ListAsync(LayerStore store) => store.ListAsync(() => _temp["space"], parallelism: 2, Ct);

    // Two processes that unpack the same layer at once both go on with one and the same directory.
    [Fact]
    public async Task Of_many_that_publish_at_once_one_wins()
    {
        LayerStore store = Open();
        string[] made = [.. Enumerable.Range(0, 8).Select(i => Made($"made-{i}"))];
        using Barrier together = new(made.Length);
        string[] published = await Task.WhenAll(made.Select(m => Task.Factory.StartNew(
            () =>
            {
                together.SignalAndWait(Ct);
                return store.PublishDirectory(Id, m);
            },
            Ct,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        Assert.Single(published.Distinct());
        Assert.Equal(["layers"], Directory.GetFileSystemEntries(_temp.Path).Select(static p => Path.GetFileName(p)));
    }

    // After a loss of power: the machine started later than the layer was written, and nothing was flushed in between.
    [Fact]
    public void A_layer_that_may_not_have_reached_the_disk_is_not_there_and_is_replaced()
    {
        string published = Open().PublishDirectory(Id, Made("lost"));
        LayerStore after = OpenAfterPowerLoss();
        Assert.Null(after.FindDirectory(Id));
        after.PublishDirectory(Id, Made("again"));
        Assert.Equal("again", File.ReadAllText(Path.Combine(published, "f")));
    }

    [Fact]
    public async Task A_process_that_is_killed_while_it_unpacks_leaves_no_layer_and_its_leftovers_are_swept()
    {
        Requires.Root();
        using MemoryStream archive = await Archives.OfAsync(Archives.File("first", "x"), Archives.File("second", new string('y', 1 << 20)));
        await Tool.RunAsync("mkfifo", _temp["archive"]);
        string directory;
        using (OtherProcess unpacking = OtherProcess.Start("unpack-and-publish", _temp.Path, _temp["archive"], Id.Value))
        {
            directory = await unpacking.ReadLineAsync();
            await using FileStream pipe = new(_temp["archive"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            // More than a pipe holds: when the half is written, the first file has been read.
            await pipe.WriteAsync(archive.ToArray().AsMemory(0, 1 << 19), Ct);
            await unpacking.KillAsync();
        }
        Assert.True(File.Exists(Path.Combine(directory, "first")));
        Assert.Null(Open().FindDirectory(Id));
        using WorkArea next = await WorkArea.CreateAsync(_temp["tmp"], TimeProvider.System, Ct);
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task A_process_that_is_killed_after_it_published_leaves_the_whole_layer()
    {
        Requires.Root();
        using MemoryStream archive = await Archives.OfAsync(Archives.File("first", "x"));
        await File.WriteAllBytesAsync(_temp["archive"], archive.ToArray(), Ct);
        using OtherProcess unpacking = OtherProcess.Start("unpack-and-publish", _temp.Path, _temp["archive"], Id.Value);
        await unpacking.ReadLineAsync();
        string published = await unpacking.ReadLineAsync();
        await unpacking.KillAsync();
        using WorkArea next = await WorkArea.CreateAsync(_temp["tmp"], TimeProvider.System, Ct);
        Assert.Equal(published, Open().FindDirectory(Id));
        Assert.Equal(["f 0644 0:0 first 1 2d711642"], await Trees.FoundAsync(published));
    }

    [Fact]
    public void Nothing_is_flushed_when_nothing_was_published()
    {
        LayerStore store = Open();
        store.Flush();
        Assert.False(File.Exists(_temp["flushed"]));
        store.PublishDirectory(Id, Made("one"));
        store.Flush();
        Assert.True(File.Exists(_temp["flushed"]));
        File.Delete(_temp["flushed"]);
        store.Flush();
        Assert.False(File.Exists(_temp["flushed"]));
    }

    [Fact]
    public void Layers_have_names_by_what_they_are()
    {
        Digest digest = Digest.OfBytes("x"u8);
        LayerId[] ids = [LayerId.OfImageLayer(digest), LayerId.OfChain(digest), LayerId.OfList(digest), LayerId.NewUnique(), LayerId.NewUnique()];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Equal([false, false, false, true, true], ids.Select(static i => i.IsWritten));
        Assert.Equal(ids, ids.Select(static i => LayerId.Parse(i.ToString())));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("A")]
    [InlineData("run-\n")]
    public void What_is_no_name_of_a_layer_is_refused(string text) => Assert.Throws<FormatException>(() => LayerId.Parse(text));

    private LayerStore Open() => new(_temp["layers"], OverlayMarks.Trusted, new FileSystemSync(_temp["flushed"]));

    private LayerStore OpenAfterPowerLoss() => new(_temp["layers"], OverlayMarks.Trusted, FileSystemSync.AsIfStartedAt(_temp["flushed"], long.MaxValue));

    private string Made(string name)
    {
        string path = _temp.Make(name);
        File.WriteAllText(Path.Combine(path, "f"), name);
        return path;
    }
}
