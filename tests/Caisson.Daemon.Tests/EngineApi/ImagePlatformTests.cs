using System.Net;
using Caisson.Daemon.Tests.Testing;
using Caisson.Engine;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
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

    private static string Json(string platform) => Uri.EscapeDataString(platform.Split('/') is [var os, var architecture] ? $$"""{"os":"{{os}}","architecture":"{{architecture}}"}""" : throw new ArgumentException(platform));
}
