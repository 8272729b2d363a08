using System.Net;
using Caisson.Daemon.Tests.Testing;
using Caisson.Engine;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Registry.Testing;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Daemon.Tests.EngineApi;

public sealed class ImagePlatformTests
{
    private static readonly Image Own = TestImages.Create(BuildEngine.MachinePlatform, "own");
    private static readonly Image Other = TestImages.Create(Platform.Parse("linux/s390x"), "other");
    private static readonly string Machine = BuildEngine.MachinePlatform.ToString();

    [Fact]
    public async Task An_image_is_removed_for_its_own_platform_alone()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        await daemon.AddAsync("one:1", Own);
        (HttpStatusCode status, string text) = await daemon.AskAsync(HttpMethod.Delete, $"v1.50/images/one:1?platforms={Json("linux/s390x")}");
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains($"image with reference one:1 was found but its platform ({Machine}) does not match the specified platform (linux/s390x)", text, StringComparison.Ordinal);
        Assert.Contains("Untagged", (await daemon.AskAsync(HttpMethod.Delete, $"v1.50/images/one:1?platforms={Json(Machine)}")).Text, StringComparison.Ordinal);
        Assert.Equal(0, (await daemon.GetAsync("images/json")).GetArrayLength());
    }

    [Fact]
    public async Task Of_an_image_of_several_platforms_all_are_removed_or_none()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        await daemon.AddAsync("one:1", Own, Other);
        (HttpStatusCode status, string text) = await daemon.AskAsync(HttpMethod.Delete, $"images/one:1?platforms={Json("linux/s390x")}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("removed as a whole", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await daemon.AskAsync(HttpMethod.Delete, $"images/one:1?platforms={Json("linux/riscv64")}")).Status);
        Assert.Equal(1, (await daemon.GetAsync("images/json")).GetArrayLength());
        Assert.Equal(HttpStatusCode.OK, (await daemon.AskAsync(HttpMethod.Delete, $"images/one:1?platforms=[{Json("linux/s390x")},{Json(Machine)}]")).Status);
        Assert.Equal(0, (await daemon.GetAsync("images/json")).GetArrayLength());
    }

    [Fact]
    public async Task Of_an_image_of_several_platforms_the_one_that_is_asked_for_is_saved()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        await daemon.AddAsync("one:1", Own, Other);
        Dictionary<string, byte[]> saved = await SavedImage.ReadAsync(await daemon.Client.GetByteArrayAsync($"images/one:1/get?platform={Json("linux/s390x")}", TestContext.Current.CancellationToken));
        Assert.Contains($"blobs/sha256/{Other.Manifest.Config.Digest.Hex}", saved.Keys);
        (HttpStatusCode status, string text) = await daemon.AskAsync(HttpMethod.Get, $"images/one:1/get?platform={Json("linux/riscv64")}");
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains($"(linux/riscv64); it has {Machine}, linux/s390x", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_an_archive_the_platform_that_is_asked_for_is_loaded(bool isDockersToo)
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        using MemoryStream archive = new();
        await new OciArchiveSink(archive, Reference.Parse("one:1")).WriteAsync(MultiPlatformImage.Create([Own, Other]), TestContext.Current.CancellationToken);
        Dictionary<string, byte[]> files = await SavedImage.ReadAsync(archive.ToArray());
        if (isDockersToo) // which lists one platform in its own form
            files["manifest.json"] = System.Text.Encoding.UTF8.GetBytes($$"""[{"Config":"blobs/sha256/{{Own.Manifest.Config.Digest.Hex}}","RepoTags":["one:1"],"Layers":["blobs/sha256/{{Own.Layers[0].Blob.Digest.Hex}}"]}]""");
        byte[] tar = await Context.TarAsync(files);
        (HttpStatusCode status, string text) = await daemon.AskAsync(HttpMethod.Post, $"images/load?platform={Json("linux/riscv64")}", tar);
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains($"the archive has no image for linux/riscv64; it has {Machine}, linux/s390x", text, StringComparison.Ordinal);
        Assert.Equal(0, (await daemon.GetAsync("images/json")).GetArrayLength());
        Assert.Contains("Loaded image: one:1", (await daemon.AskAsync(HttpMethod.Post, $"images/load?platform=[{Json("linux/s390x")}]", tar)).Text, StringComparison.Ordinal);
        Assert.Equal("s390x", (await daemon.GetAsync("images/one:1/json")).GetProperty("Architecture").GetString());
    }

    [Fact]
    public async Task An_archive_of_another_platform_is_not_loaded()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        await daemon.AddAsync("one:1", Own);
        byte[] saved = await daemon.Client.GetByteArrayAsync("images/one:1/get", TestContext.Current.CancellationToken);
        await daemon.AskAsync(HttpMethod.Delete, "images/one:1");
        Dictionary<string, byte[]> files = await SavedImage.ReadAsync(saved);
        files.Remove("oci-layout"); // as older engines write it
        foreach (byte[] archive in (byte[][])[saved, await Context.TarAsync(files)])
        {
            (HttpStatusCode status, string text) = await daemon.AskAsync(HttpMethod.Post, $"images/load?platform={Json("linux/s390x")}", archive);
            Assert.Equal(HttpStatusCode.NotFound, status);
            Assert.Contains($"the archive has no image for linux/s390x; it has {Machine}", text, StringComparison.Ordinal);
        }
        Assert.Equal(0, (await daemon.GetAsync("images/json")).GetArrayLength());
    }

    [Fact]
    public async Task Of_an_image_of_several_platforms_the_one_that_is_asked_for_is_pushed()
    {
        await using ScriptedRegistry registry = new();
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        string name = $"{registry.Authority}/one";
        await daemon.AddAsync(name + ":1", Own, Other);
        Assert.Contains("does not provide the specified platform (linux/riscv64)", (await daemon.AskAsync(HttpMethod.Post, $"images/{name}/push?tag=1&platform={Json("linux/riscv64")}")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(registry.Requests, static r => r.Method == "PUT");
        Assert.Contains($"1: digest: {Other.Descriptor.Digest} ", (await daemon.AskAsync(HttpMethod.Post, $"images/{name}/push?tag=1&platform={Json("linux/s390x")}")).Text, StringComparison.Ordinal);
        Assert.True(registry.HasBlob(Other.Manifest.Config.Digest));
        Assert.False(registry.HasBlob(Own.Manifest.Config.Digest));
    }

    // For programs that write what they are told into a file: of what has numbers a client shows nothing there.
    [Fact]
    public async Task What_is_pushed_is_told_without_numbers()
    {
        await using ScriptedRegistry registry = new();
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        await daemon.AddAsync(registry.Authority + "/one:1", Own);
        string text = (await daemon.AskAsync(HttpMethod.Post, $"images/{registry.Authority}/one/push?tag=1")).Text;
        Assert.Contains($$$"""{"status":"Pushed","progressDetail":{},"id":"{{{Own.Layers[0].DiffId.Hex[..12]}}}"}""", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_system_alone_is_completed_with_the_machines_processor()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        await daemon.AddAsync("one:1", Other);
        (HttpStatusCode status, string text) = await daemon.AskAsync(HttpMethod.Get, "images/one:1/json?platform=linux");
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains($"the specified platform ({Machine})", text, StringComparison.Ordinal);
        foreach (string wrong in (string[])["solaris", "{\"os\":\"linux\"}", "[\"linux/amd64\"]", "{}"])
        {
            (status, text) = await daemon.AskAsync(HttpMethod.Get, $"images/one:1/json?platform={Uri.EscapeDataString(wrong)}");
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Contains("is no platform", text, StringComparison.Ordinal);
        }
    }

    private static string Json(string platform) => Uri.EscapeDataString(platform.Split('/') is [var os, var architecture] ? $$"""{"os":"{{os}}","architecture":"{{architecture}}"}""" : throw new ArgumentException(platform));
}
