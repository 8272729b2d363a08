using System.Text.Json;
using Caisson.Engine.Exporting;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Housekeeping;

/// <summary>What goes and what stays. No programs run: copies and made directories are steps too.</summary>
public sealed class PruneTests : IAsyncLifetime
{
    private const string TwoStages =
        """
        FROM scratch AS build
        COPY big /big
        WORKDIR /made
        FROM scratch
        COPY --from=build /big /copied
        """;

    private Workshop _workshop = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string LayersPath => Path.Combine(_workshop.StatePath, "layers");

    public async ValueTask InitializeAsync()
    {
        _workshop = await Workshop.OpenAsync();
        _workshop.Context.File("big", new string('x', 100_000));
    }

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Fact]
    public async Task The_cache_goes_and_what_a_named_image_holds_stays_so_that_its_build_is_still_known()
    {
        string digest = (await BuildAsync("app:1")).Image;
        int layers = Directory.GetDirectories(LayersPath).Length;
        PruneReport report = await PruneAsync(new PruneRequest());
        Assert.NotEmpty(report.Removed);
        Assert.True(Directory.GetDirectories(LayersPath).Length < layers);
        (string again, bool isCached) = await BuildAsync("app:1");
        Assert.Equal(digest, again);
        Assert.True(isCached);
    }

    [Fact]
    public async Task All_leaves_nothing_but_the_named_images_which_can_be_read()
    {
        string digest = (await BuildAsync("app:1")).Image;
        await PruneAsync(new PruneRequest { All = true });
        Assert.Empty(Directory.GetDirectories(LayersPath));
        DiskUsage usage = await _workshop.Engine.Cache.MeasureAsync(Ct);
        Assert.Equal(["app:1"], usage.Entries.Where(static e => e.Type != CacheEntryTypes.Internal).Select(static e => e.Description));
        Assert.Equal(0, usage.AllReclaimableBytes);
        Image image = await _workshop.Engine.Images.GetAsync(Reference.Parse("app:1"), platform: null, Ct);
        Assert.Equal(digest, image.Descriptor.Digest.Value);
        foreach (ImageLayer layer in image.Layers)
        {
            await using Stream blob = await layer.OpenAsync(Ct);
            await blob.CopyToAsync(Stream.Null, Ct); // verified on the way
        }
        (string again, bool isCached) = await BuildAsync("app:1");
        Assert.Equal(digest, again);
        Assert.False(isCached);
    }

    [Fact]
    public async Task An_image_that_lost_its_name_goes_with_its_blobs()
    {
        await BuildAsync("app:1");
        await _workshop.Engine.Images.RemoveAsync(Reference.Parse("app:1"), Ct);
        await PruneAsync(new PruneRequest());
        Assert.Empty(Blobs());
        Assert.Empty(Directory.GetDirectories(LayersPath));
    }

    [Fact]
    public async Task An_image_that_never_had_a_name_goes()
    {
        await BuildAsync(name: null);
        Assert.Contains((await _workshop.Engine.Cache.MeasureAsync(Ct)).Entries, static e => e is { Type: CacheEntryTypes.Image, Description: "<none>", IsReclaimable: true });
        await PruneAsync(new PruneRequest());
        Assert.Empty(Blobs());
        using JsonDocument index = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_workshop.StatePath, "images", "index.json"), Ct));
        Assert.Equal(0, index.RootElement.GetProperty("manifests").GetArrayLength());
    }

    [Fact]
    public async Task Of_two_images_the_blobs_of_one_stay_when_the_other_goes()
    {
        await BuildAsync("app:1");
        await _workshop.BuildAsync(TwoStages + "\nLABEL a=b", request => request with { Exports = [new Export.Store([Reference.Parse("app:2")])] });
        await _workshop.Engine.Images.RemoveAsync(Reference.Parse("app:2"), Ct);
        int before = Blobs().Length;
        await PruneAsync(new PruneRequest());
        Assert.Equal(before - 2, Blobs().Length); // the manifest and the configuration of the other
        Assert.True((await BuildAsync("app:1")).IsCached);
    }

    [Fact]
    public async Task Of_several_requests_each_has_what_those_before_it_leave()
    {
        await BuildAsync("app:1");
        await _workshop.BuildAsync("FROM scratch\nCOPY big /alone");
        using (ClientDirectory leased = _workshop.Engine.ClientDirectories.Lease("key", "context"))
            await File.WriteAllBytesAsync(Path.Combine(leased.Path, "sent"), new byte[500_000], Ct);
        DiskUsage usage = await _workshop.Engine.Cache.MeasureAsync(Ct);
        long cache = usage.Entries.Where(static e => e.IsCache).Sum(static e => e.SizeBytes);
        PruneRequest clients = new() { Filter = static e => e.Type == CacheEntryTypes.Client };
        // What the first removes is enough for the second, but not for the third.
        PruneReport report = await _workshop.Engine.Cache.PruneAsync([clients, new PruneRequest { MaxUsedBytes = cache - 400_000 }], Ct);
        Assert.Equal([CacheEntryTypes.Client], report.Removed.Select(static e => e.Type));
        Assert.InRange(report.FreedBytes, 500_000, 600_000);
        Assert.Equal((await _workshop.Engine.Cache.MeasureAsync(Ct)).TotalBytes, report.RemainingBytes);
        report = await _workshop.Engine.Cache.PruneAsync([clients, new PruneRequest(), new PruneRequest { All = true }], Ct);
        Assert.Empty(Directory.GetDirectories(LayersPath));
        Assert.Equal(report.Removed.Length, report.Removed.Distinct().Count());
    }

    [Fact]
    public async Task A_dry_run_says_the_same_and_removes_nothing()
    {
        await BuildAsync("app:1");
        string[] before = Files();
        PruneReport said = await PruneAsync(new PruneRequest { All = true, IsDryRun = true });
        Assert.Equal(before, Files());
        PruneReport done = await PruneAsync(new PruneRequest { All = true });
        Assert.Equal(said.Removed.Select(static e => e.Id), done.Removed.Select(static e => e.Id));
        Assert.Equal(said.FreedBytes, done.FreedBytes);
    }

    [Fact]
    public async Task A_layer_that_is_gone_while_its_record_stays_is_a_miss()
    {
        string digest = (await BuildAsync("app:1")).Image;
        foreach (string layer in Directory.GetDirectories(LayersPath))
            Directory.Delete(layer, recursive: true);
        (string again, bool isCached) = await BuildAsync("app:1");
        Assert.Equal(digest, again);
        Assert.False(isCached);
    }

    [Fact]
    public async Task Blobs_that_are_gone_while_their_records_stay_are_made_again()
    {
        string digest = (await BuildAsync("app:1")).Image;
        await _workshop.Engine.Images.RemoveAsync(Reference.Parse("app:1"), Ct);
        foreach (string blob in Blobs())
            File.Delete(blob);
        Assert.Equal(digest, (await BuildAsync("app:1")).Image);
    }

    [Fact]
    public async Task Records_of_what_is_gone_go_too()
    {
        await BuildAsync("app:1");
        await PruneAsync(new PruneRequest { All = true });
        Assert.Empty(Directory.GetFiles(Path.Combine(_workshop.StatePath, "cache"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task What_a_build_of_another_engine_uses_stays()
    {
        await BuildAsync("app:1");
        await using BuildEngine other = await Workshop.OpenEngineAsync(_workshop.StatePath);
        string[] before = Directory.GetDirectories(LayersPath);
        using MemoryStream held = new();
        GatedStream gate = new(held);
        await using Build build = _workshop.Engine.Start(_workshop.Request(TwoStages) with { Exports = [new Export.OciArchive(ExportFile.To(gate), [])] }, Ct);
        await gate.IsReached.WaitAsync(Ct);
        PruneReport report = await other.Cache.PruneAsync(new PruneRequest { All = true }, Ct);
        DiskUsage usage = await other.Cache.MeasureAsync(Ct);
        gate.Open();
        await build.Completion;
        string[] used = [.. usage.Entries.Where(static e => e is { Type: CacheEntryTypes.Regular, IsInUse: true }).Select(static e => e.Id)];
        Assert.NotEmpty(used);
        Assert.DoesNotContain(report.Removed, e => used.Contains(e.Id));
        Assert.NotEmpty(before.Intersect(Directory.GetDirectories(LayersPath)));
        // It has ended: nothing holds the layers any more.
        await other.Cache.PruneAsync(new PruneRequest { All = true }, Ct);
        Assert.Empty(Directory.GetDirectories(LayersPath));
    }

    // On each rung of the ladder layers are unpacked anew; their blobs are the same for all.
    [Fact]
    public async Task What_layers_of_another_rung_need_stays_though_nothing_of_this_one_needs_it()
    {
        await BuildAsync("app:1");
        await _workshop.Engine.Images.RemoveAsync(Reference.Parse("app:1"), Ct);
        string[] blobs = [.. Directory.GetFiles(LayersPath, "blob-*", SearchOption.AllDirectories)];
        Assert.NotEmpty(blobs);
        await using BuildEngine other = await Workshop.OpenEngineAsync(_workshop.StatePath, static o => o with { Ladder = new Ladder(Rung.OneId, []) });
        await other.Cache.PruneAsync(new PruneRequest { All = true }, Ct);
        Assert.Equal(blobs, Directory.GetFiles(LayersPath, "blob-*", SearchOption.AllDirectories));
        Assert.Equal(blobs.Length, Blobs().Length); // the image's own manifest and configuration went
        DiskUsage usage = await other.Cache.MeasureAsync(Ct);
        Assert.Contains(usage.Entries, static e => e is { Id: "layers", Type: CacheEntryTypes.Internal, SizeBytes: > 0 });
        await PruneAsync(new PruneRequest { All = true });
        Assert.Empty(Blobs());
    }

    private Task<PruneReport> PruneAsync(PruneRequest request) => _workshop.Engine.Cache.PruneAsync(request, Ct);

    private async Task<(string Image, bool IsCached)> BuildAsync(string? name)
    {
        Built built = await _workshop.BuildAsync(TwoStages, request => request with { Exports = [new Export.Store(name is null ? [] : [Reference.Parse(name)])] });
        return (built.Digest.Value, built.Steps.All(static s => s.EndsWith("cached", StringComparison.Ordinal)));
    }

    private string[] Blobs() => Directory.GetFiles(Path.Combine(_workshop.StatePath, "images", "blobs", "sha256"));

    // The account of what directories take is made by looking at them.
    private string[] Files() =>
        [.. Directory.GetFiles(_workshop.StatePath, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "space" && !f.StartsWith(Path.Combine(_workshop.StatePath, "tmp"), StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Stops whoever writes until it is opened.</summary>
    private sealed class GatedStream(Stream inner) : Stream
    {
        private readonly TaskCompletionSource _isReached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _isOpen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task IsReached => _isReached.Task;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => throw new NotSupportedException();
        }

        public void Open() => _isOpen.TrySetResult();

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count)
        {
            _isReached.TrySetResult();
            _isOpen.Task.Wait(Ct);
            inner.Write(buffer, offset, count);
        }
    }
}
