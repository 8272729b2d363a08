using Caisson.Engine.Vendoring;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;
using static Caisson.Engine.Tests.Testing.Bases;

namespace Caisson.Engine.Tests.Vendoring;

/// <summary>Which Go is in an image, told without running it.</summary>
public sealed class ImageToolchainTests
{
    private const string Dpkg = "Package: bash\nVersion: 5.1\n\nPackage: golang-1.15-go\nStatus: install ok installed\nVersion: 1.15.9-6\n\nPackage: golang-go\nVersion: 2:1.15~1\n\nPackage: golang-1.14-go\nVersion: 1.14.2-1\n";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_archives_of_the_Go_project_say_it_in_a_file() =>
        Assert.Equal("go1.21.5 /usr/local/go/VERSION", await ReadAsync([File("usr/local/go/VERSION", "go1.21.5\ntime 2023-11-29T21:21:46Z\n"), File("usr/local/go/bin/go")]));

    [Fact]
    public async Task Of_several_the_one_is_taken_that_the_program_leads_to() =>
        Assert.Equal("go1.15.9 /usr/lib/go-1.15/VERSION", await ReadAsync(
        [
            Link("usr/bin/go", "../lib/go-1.15/bin/go"), File("usr/lib/go-1.15/VERSION", "go1.15.9"), File("usr/lib/go-1.19/VERSION", "go1.19.8"), Link("usr/lib/go", "go-1.19"),
        ]));

    [Fact]
    public async Task Links_may_go_several_ways() =>
        Assert.Equal("go1.15.9 /usr/share/go-1.15/VERSION", await ReadAsync(
        [
            Link("bin", "usr/bin"), Link("usr/bin/go", "/usr/lib/go/bin/go"), Link("usr/lib/go", "go-1.15"), Link("usr/lib/go-1.15/VERSION", "../../share/go-1.15/VERSION"), File("usr/share/go-1.15/VERSION", "go1.15.9"),
        ]));

    [Fact]
    public async Task A_package_database_says_it_too()
    {
        Assert.Equal("go1.15.9 /var/lib/dpkg/status", await ReadAsync([File("var/lib/dpkg/status", Dpkg)]));
        Assert.Equal("go1.21.5 /lib/apk/db/installed", await ReadAsync([File("lib/apk/db/installed", "C:Q1\nP:musl\nV:1.2\n\nC:Q1\nP:go\nV:1.21.5-r0\nA:x86_64\n\n")]));
    }

    [Fact]
    public async Task A_later_layer_counts() =>
        Assert.Equal("go1.16 /usr/local/go/VERSION", await ReadAsync(
            [File("usr/local/go/VERSION", "go1.15.9"), File("usr/lib/go-1.19/VERSION", "go1.19")],
            [File("usr/lib/go-1.19/.wh..wh..opq"), File("usr/local/.wh.go")],
            [File("usr/local/go/VERSION", "go1.16")]));

    [Theory]
    [InlineData("nothing")]
    [InlineData("circle")]
    [InlineData("outside")]
    [InlineData("devel")]
    public async Task An_image_without_is_told(string kind)
    {
        (TarEntry, string)[] files = kind switch
        {
            "circle" => [Link("usr/lib/go", "go"), Link("usr/bin/go", "../lib/go/bin/go")],
            "outside" => [Link("usr/bin/go", "../../../../etc/go/bin/go")],
            "devel" => [File("usr/local/go/VERSION", "devel +abcdef")],
            _ => [File("etc/passwd")],
        };
        BuildException e = await Assert.ThrowsAsync<BuildException>(() => ReadAsync(files));
        Assert.Equal(EngineCodes.ToolchainUnknown, e.Code);
    }

    private static async Task<string> ReadAsync(params (TarEntry Entry, string Content)[][] layers)
    {
        List<byte[]> archives = [];
        foreach ((TarEntry Entry, string Content)[] layer in layers)
            archives.Add(await ArchiveAsync(layer));
        Image image = Of(new ContainerConfig(), [.. archives]);
        (GoVersion version, string where) = await ImageToolchain.ReadAsync(image, "image", new DecompressionOptions(), Ct);
        return $"{version.ToolchainName} {where}";
    }
}
