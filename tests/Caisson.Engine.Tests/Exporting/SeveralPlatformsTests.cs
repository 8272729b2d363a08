using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Engine.Exporting;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Exporting;

/// <summary>One build for several platforms.</summary>
public sealed class SeveralPlatformsTests : IAsyncLifetime
{
    private const string Dockerfile = """
        FROM --platform=$BUILDPLATFORM scratch AS files
        COPY common /common
        FROM scratch
        ARG TARGETARCH
        COPY --from=files /common /common
        COPY arch-${TARGETARCH} /arch
        """;

    private static readonly Platform Arm = Platform.Parse("linux/arm/v7");

    private Workshop _workshop = null!; // made before each test

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _workshop = await Workshop.OpenAsync();
        _workshop.Context.File("common", "C").File("arch-amd64", "x86").File("arch-arm64", "arm64").File("arch-arm", "arm");
    }

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Fact]
    public async Task There_is_an_index_over_an_image_for_each()
    {
        Built built = await BuildAsync(new Export.OciDirectory(_workshop["oci"], [Reference.Parse("app:1")]));
        MultiPlatformImage index = Assert.IsType<MultiPlatformImage>(built.Result.Index);
        Assert.Equal(["linux/amd64", "linux/arm64", "linux/arm/v7"], index.Index.Manifests.Select(static m => m.Platform!.ToString()));
        OciLayout layout = await OciLayout.OpenAsync(_workshop["oci"], ct: Ct);
        foreach (Image image in index.Images)
        {
            Image read = await layout.GetImageAsync(Reference.Parse("app:1"), image.Config.Platform, Ct);
            Assert.Equal(image.Descriptor.Digest, read.Descriptor.Digest);
            Assert.Equal(image.Config.Platform, read.Config.Platform);
        }
    }

    [Fact]
    public async Task What_is_the_same_for_all_is_done_once()
    {
        Built built = await BuildAsync();
        Assert.Single(built.Steps, static s => s.StartsWith("COPY common /common", StringComparison.Ordinal));
        Assert.Equal(3, built.Steps.Count(static s => s.StartsWith("COPY arch-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Steps_tell_their_platform()
    {
        Built built = await BuildAsync();
        string[] names = [.. built.Events.OfType<BuildEvent.StepStarted>().Select(static s => s.Name)];
        Assert.Contains("[linux/arm/v7 stage-1 2/2] COPY arch-${TARGETARCH} /arch", names);
    }

    [Fact]
    public async Task The_index_is_the_same_each_time_and_does_not_depend_on_where_it_is_built()
    {
        Built first = await BuildAsync();
        await using Workshop other = await Workshop.OpenAsync();
        other.Context.File("common", "C").File("arch-amd64", "x86").File("arch-arm64", "arm64").File("arch-arm", "arm");
        Built second = await other.BuildAsync(Dockerfile, static r => r with { Platforms = [Platform.LinuxAmd64, Platform.LinuxArm64, Arm] });
        Assert.Equal(first.Result.Descriptor, second.Result.Descriptor);
    }

    [Fact]
    public async Task A_platform_that_is_given_twice_is_built_once()
    {
        Built built = await _workshop.BuildAsync(Dockerfile, static r => r with { Platforms = [Platform.LinuxArm64, Platform.LinuxArm64] });
        Assert.Null(built.Result.Index);
        Assert.Equal(Platform.LinuxArm64, built.Image.Config.Platform);
    }

    [Fact]
    public async Task One_platform_gets_an_index_when_it_is_asked_for()
    {
        Built built = await _workshop.BuildAsync(Dockerfile, static r => r with { Platforms = [Platform.LinuxArm64], Arguments = r.Arguments.SetItem("BUILDKIT_MULTI_PLATFORM", "1") });
        Assert.Single(built.Result.Index!.Images);
    }

    [Fact]
    public async Task In_the_store_the_name_stands_for_all_of_them()
    {
        Built built = await BuildAsync(new Export.Store([Reference.Parse("app:1")]));
        ListedImage listed = Assert.Single(await _workshop.Engine.Images.ListAsync(Ct));
        Assert.Equal((built.Result.Descriptor!.Digest, built.Result.ImageId), (listed.Descriptor.Digest, listed.Id));
        Assert.Equal(["linux/amd64", "linux/arm64", "linux/arm/v7"], listed.Images.Select(static i => i.Config.Platform.ToString()));
        Assert.Equal(Arm, (await _workshop.Engine.Images.GetAsync(Reference.Parse("app:1"), Arm, Ct)).Config.Platform);
        await _workshop.Engine.Images.TagAsync(Reference.Parse("app:1"), Reference.Parse("app:2"), Ct);
        Assert.Equal(Arm, (await _workshop.Engine.Images.GetAsync(Reference.Parse("app:2"), Arm, Ct)).Config.Platform);
    }

    [Fact]
    public async Task A_layout_as_a_context_gives_each_stage_the_image_of_its_platform()
    {
        await BuildAsync(new Export.OciDirectory(_workshop["oci"], [Reference.Parse("app:1")]));
        const string dockerfile = "FROM --platform=linux/arm64 base AS own\nFROM base\nCOPY --from=own /arch /own\n";
        Built built = await _workshop.BuildAsync(dockerfile, r => r with
        {
            Platforms = [Platform.LinuxAmd64, Arm],
            NamedContexts = r.NamedContexts.SetItem("base", "oci-layout://" + _workshop["oci"]),
            Exports = [new Export.LocalDirectory(_workshop["out"])],
        });
        Assert.Null(built.Result.Image);
        Assert.Equal(("x86", "arm64"), (File.ReadAllText(_workshop["out/linux_amd64/arch"]), File.ReadAllText(_workshop["out/linux_amd64/own"])));
        Assert.Equal(("arm", "arm64"), (File.ReadAllText(_workshop["out/linux_arm_v7/arch"]), File.ReadAllText(_workshop["out/linux_arm_v7/own"])));
    }

    [Fact]
    public async Task Files_go_to_a_directory_for_each_platform()
    {
        await BuildAsync(new Export.LocalDirectory(_workshop["out"]));
        Assert.Equal("x86", File.ReadAllText(_workshop["out/linux_amd64/arch"]));
        Assert.Equal("arm64", File.ReadAllText(_workshop["out/linux_arm64/arch"]));
        Assert.Equal("arm", File.ReadAllText(_workshop["out/linux_arm_v7/arch"]));
    }

    [Fact]
    public async Task Files_of_one_platform_go_to_its_directory_when_that_is_asked_for()
    {
        await _workshop.BuildAsync(Dockerfile, r => r with { Platforms = [Arm], Exports = [new Export.LocalDirectory(_workshop["out"]) { SplitsPlatforms = true }] });
        Assert.Equal("arm", File.ReadAllText(_workshop["out/linux_arm_v7/arch"]));
    }

    [Fact]
    public async Task A_tar_has_a_directory_for_each_platform()
    {
        using MemoryStream tar = new();
        await BuildAsync(new Export.Tar(ExportFile.To(tar)));
        tar.Position = 0;
        string[] files = await Layers.OfAsync(tar);
        foreach (string platform in (string[])["linux_amd64", "linux_arm64", "linux_arm_v7"])
        {
            Assert.Single(files, f => f.Contains(platform + "/arch", StringComparison.Ordinal));
            Assert.Single(files, f => f.StartsWith('d') && f.Contains(platform, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Different_files_of_one_path_are_not_laid_over_each_other()
    {
        Diagnostic finding = await _workshop.FailAsync(Dockerfile, r => All(r) with { Exports = [new Export.LocalDirectory(_workshop["out"]) { SplitsPlatforms = false }] });
        Assert.Equal("\"arch\" is among the files for linux/amd64 and among those for linux/arm64", finding.Message);
    }

    [Fact]
    public async Task Files_that_do_not_meet_go_to_one_directory()
    {
        const string dockerfile = "FROM scratch\nARG TARGETARCH\nCOPY arch-${TARGETARCH} /bin/\n";
        await _workshop.BuildAsync(dockerfile, r => All(r) with { Exports = [new Export.LocalDirectory(_workshop["out"]) { SplitsPlatforms = false }] });
        Assert.Equal(["arch-amd64", "arch-arm", "arch-arm64"], Directory.GetFiles(_workshop["out/bin"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("arm64", File.ReadAllText(_workshop["out/bin/arch-arm64"]));
    }

    [Fact]
    public async Task An_archive_for_docker_load_holds_one_platform_only()
    {
        Diagnostic finding = await _workshop.FailAsync(Dockerfile, r => All(r) with { Exports = [new Export.DockerArchive(ExportFile.At(_workshop["app.tar"]), [])] });
        Assert.Contains("holds the image of one platform, and this is for linux/amd64, linux/arm64, linux/arm/v7", finding.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_workshop["app.tar"]));
    }

    [Fact]
    public async Task A_failure_for_one_platform_ends_the_build()
    {
        File.Delete(_workshop.Context["arch-arm64"]);
        Diagnostic finding = await _workshop.FailAsync(Dockerfile, r => All(r) with { Exports = [new Export.Store([Reference.Parse("app:1")])] });
        Assert.Contains("arch-arm64", finding.Message, StringComparison.Ordinal);
        Assert.Empty(await _workshop.Engine.Images.ListAsync(Ct));
    }

    private static BuildRequest All(BuildRequest request) => request with { Platforms = [Platform.LinuxAmd64, Platform.LinuxArm64, Arm] };

    private Task<Built> BuildAsync(params Export[] exports) =>
        _workshop.BuildAsync(Dockerfile, r => exports.Length == 0 ? All(r) : All(r) with { Exports = [.. exports] });
}
