using Caisson.Engine.Exporting;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Services;

namespace Caisson.Engine.Tests.RemoteCaching;

/// <summary>Each place that a cache can be kept in, but for registries, which the integration tests have real ones of.</summary>
public sealed class CachePlacesTests : SharingTests
{
    private const string Dockerfile = "FROM box:1\nCOPY in /in\nRUN cat /in > /one; date +%N > /now\nRUN cat /one > /two\n";

    [Fact]
    public async Task A_bucket()
    {
        await using S3StandIn server = new();
        S3Bucket bucket = BucketOf(server);
        await AssertTravelsAsync(new CacheLocation.S3(bucket));
        Assert.Contains("p/manifests/app", server.Objects.Keys);
        Assert.Contains("p/manifests/other", server.Objects.Keys);
        // What is there is not sent again, but made young when it is old.
        int before = server.Requests.Count(static r => r.StartsWith("PUT /bucket/p/blobs", StringComparison.Ordinal));
        await A.BuildAsync(Dockerfile, r => r with { CacheExports = [new CacheExport(new CacheLocation.S3(bucket))] });
        Assert.Equal(before, server.Requests.Count(static r => r.StartsWith("PUT /bucket/p/blobs", StringComparison.Ordinal)));
        server.Age = TimeSpan.FromDays(2);
        await A.BuildAsync(Dockerfile, r => r with { CacheExports = [new CacheExport(new CacheLocation.S3(bucket))] });
        Assert.True(server.Requests.Count(static r => r.StartsWith("PUT /bucket/p/blobs", StringComparison.Ordinal)) > before);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_service_of_GitHub_Actions(bool isVersion2)
    {
        await using ActionsStandIn server = new();
        CacheLocation place = new CacheLocation.Actions(new ActionsService(server.Address, ActionsStandIn.Token) { Scope = "main", IsVersion2 = isVersion2 });
        await AssertTravelsAsync(place);
        // Written anew under the next number; one who died while writing is passed over.
        server.Block("caisson-index-1-main#2", server.LastVersion);
        await A.BuildAsync(Dockerfile, r => r with { CacheExports = [new CacheExport(place)] });
        Assert.Contains("caisson-index-1-main#3", server.Keys);
        Assert.Single(server.Keys.Where(static k => k.StartsWith("caisson-blob", StringComparison.Ordinal)).GroupBy(static k => k).Select(static g => g.Count()).Distinct());
    }

    [Fact]
    public async Task An_image_carries_its_own()
    {
        File("in", "A");
        Export image = new Export.OciDirectory(A["image"], []);
        Built first = await A.BuildAsync(Dockerfile, r => r with { CacheExports = [new CacheExport(new CacheLocation.Inline())], Exports = [image] });
        CacheLocation place = new CacheLocation.Directory(A["image"]) { Digest = first.Digest };
        Built second = await B.BuildAsync(Dockerfile + "RUN cat /two > /three\n", r => r with { CacheImports = [new CacheImport(place)] });
        Assert.Equal(["COPY in /in cached", "RUN cat /in > /one; date +%N > /now cached", "RUN cat /one > /two cached", "RUN cat /two > /three done"], second.Steps);
        Assert.Empty(second.Warnings);
    }

    // The archives of an image carry its time: the cache in it names those, not what the store had of the layers before.
    [Fact]
    public async Task An_image_of_a_later_time_carries_its_own()
    {
        static BuildRequest At(BuildRequest request, string time) => request with { Arguments = request.Arguments.SetItem("SOURCE_DATE_EPOCH", time) };
        File("in", "A");
        BuildRequest Inline(BuildRequest request, Workshop machine) => At(request, "2000000000") with { CacheExports = [new CacheExport(new CacheLocation.Inline())], Exports = [new Export.OciDirectory(machine["image"], [])] };
        await A.BuildAsync(Dockerfile, r => At(r, "500"));
        Built later = await A.BuildAsync(Dockerfile, r => Inline(r, A));
        Built second = await B.BuildAsync(Dockerfile, r => At(r, "2000000000") with { CacheImports = [new CacheImport(new CacheLocation.Directory(A["image"]) { Digest = later.Digest })] });
        Assert.All(second.Steps, static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
        Assert.Empty(second.Warnings);
        Built fromThere = await B.BuildAsync(Dockerfile, r => Inline(r, B));
        Assert.Equal(later.Digest, fromThere.Digest);
    }

    // What another compression made is unpacked, and not taken for what this machine would make of the layer.
    [Fact]
    public async Task An_image_in_another_compression_carries_a_cache_that_gives_the_same_image()
    {
        File("in", "A");
        Export image = new Export.OciDirectory(A["image"], []) { Compression = new Oci.Tar.LayerCompression(Oci.Tar.LayerCodec.Zstd) };
        Built first = await A.BuildAsync(Dockerfile, r => r with { CacheExports = [new CacheExport(new CacheLocation.Inline())], Exports = [image] });
        Built own = await A.BuildAsync(Dockerfile, static r => r with { Exports = [new Export.Store([])] });
        CacheImport cache = new(new CacheLocation.Directory(A["image"]) { Digest = first.Digest });
        Built taken = await B.BuildAsync(Dockerfile, r => r with { CacheImports = [cache], Exports = [new Export.Store([])] });
        Assert.All(taken.Steps, static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
        Assert.Equal(own.Digest, taken.Digest);
    }

    [Fact]
    public async Task What_somebody_else_is_bringing_is_not_removed_by_a_reset()
    {
        File("in", "A");
        await ExportAsync(Dockerfile);
        string arriving = Path.Combine(Shared, "blobs", "sha256", new string('a', 64));
        await System.IO.File.WriteAllTextAsync(arriving, "a blob that no index names yet", Ct);
        using (Caisson.Linux.Files.FileLock.TryAcquireShared(Path.Combine(Shared, "blobs.lock")))
            await ExportAsync(Dockerfile, edit: static e => e with { Resets = true });
        Assert.True(System.IO.File.Exists(arriving));
        await ExportAsync(Dockerfile, edit: static e => e with { Resets = true });
        Assert.False(System.IO.File.Exists(arriving));
    }

    [Fact]
    public async Task An_image_without_one_holds_nothing()
    {
        File("in", "A");
        Built first = await A.BuildAsync(Dockerfile, r => r with { Exports = [new Export.OciDirectory(A["image"], [])] });
        Built second = await B.BuildAsync(Dockerfile, r => r with { CacheImports = [new CacheImport(new CacheLocation.Directory(A["image"]) { Digest = first.Digest })] });
        Assert.All(second.Steps, static s => Assert.EndsWith(" done", s, StringComparison.Ordinal));
        Assert.Contains("holds nothing for Caisson", Assert.Single(second.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_cache_has_the_steps_of_all_platforms()
    {
        const string dockerfile = "FROM scratch\nARG TARGETARCH\nCOPY in /in-$TARGETARCH\nWORKDIR /w\n";
        File("in", "A");
        static BuildRequest Both(BuildRequest request) => request with { Platforms = [Platform.LinuxAmd64, Platform.LinuxArm64], Exports = [] };
        await A.BuildAsync(dockerfile, r => Both(r) with { CacheExports = [new CacheExport(Place)] });
        Built second = await B.BuildAsync(dockerfile, r => Both(r) with { CacheImports = [new CacheImport(Place)] });
        Assert.Equal(4, second.Steps.Length);
        Assert.All(second.Steps, static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
    }

    // Both leave a whole cache: what is there in the end is that of one of them.
    [Fact]
    public async Task Two_who_write_at_once_leave_a_whole_cache()
    {
        File("in", "A");
        Task<Built> one = ExportAsync(Dockerfile);
        Task<Built> other = B.BuildAsync(Dockerfile + "RUN date +%N > /three\n", r => r with { CacheExports = [new CacheExport(Place)] });
        await Task.WhenAll(one, other);
        await using Workshop third = await Workshop.OpenAsync();
        await third.AddImageAsync("box:1", await Bases.BusyboxAsync());
        third.Context.File("in", "A");
        Built read = await third.BuildAsync(Dockerfile, r => r with { CacheImports = [new CacheImport(Place)] });
        Assert.All(read.Steps, static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
        Assert.Empty(read.Warnings);
    }

    [Fact]
    public async Task What_no_cache_needs_any_more_goes_from_a_directory_that_is_reset()
    {
        File("in", new string('A', 1000));
        await ExportAsync(Dockerfile);
        A.Context.File("in", "B");
        await ExportAsync(Dockerfile, edit: static e => e with { Resets = true });
        B.Context.File("in", "B");
        Assert.All((await ImportAsync(Dockerfile)).Steps, static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
        Assert.Equal(5, Directory.GetFiles(Path.Combine(Shared, "blobs", "sha256")).Length); // three layers, the document, the manifest
    }

    [Fact]
    public async Task A_service_that_does_not_answer_is_waited_for_as_long_as_was_said()
    {
        using System.Net.Sockets.TcpListener silent = new(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        S3Bucket bucket = new() { Bucket = "b", Region = "r", Endpoint = new Uri($"http://{silent.LocalEndpoint}/"), UsesPathStyle = true };
        File("in", "A");
        Built built = await B.BuildAsync(Dockerfile, r => r with { CacheImports = [new CacheImport(new CacheLocation.S3(bucket)) { Timeout = TimeSpan.FromMilliseconds(50) }] });
        Assert.Contains("the build goes on without it", Assert.Single(built.Warnings), StringComparison.Ordinal);
    }

    private static S3Bucket BucketOf(S3StandIn server) => new()
    {
        Bucket = S3StandIn.Bucket,
        Region = S3StandIn.Region,
        Endpoint = server.Address,
        UsesPathStyle = true,
        Credential = new S3Credential(S3StandIn.KeyId, S3StandIn.Secret, SessionToken: null),
        Prefix = "p/",
        Names = ["app", "other"],
    };

    private async Task AssertTravelsAsync(CacheLocation place)
    {
        File("in", "A");
        Built first = await A.BuildAsync(Dockerfile, r => r with { CacheExports = [new CacheExport(place)] });
        Built second = await B.BuildAsync(Dockerfile + "RUN cat /two > /three\n", r => r with { CacheImports = [new CacheImport(place)] });
        Assert.Equal(["COPY in /in cached", "RUN cat /in > /one; date +%N > /now cached", "RUN cat /one > /two cached", "RUN cat /two > /three done"], second.Steps);
        Assert.Empty(second.Warnings);
        Built same = await B.BuildAsync(Dockerfile);
        Assert.Equal(first.Digest, same.Digest);
    }
}
