using System.Collections.Immutable;
using Caisson.Oci.Contents;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;
using Caisson.Oci.Tests.Testing;
using static Caisson.Oci.Tests.Contents.TestLayers;

namespace Caisson.Oci.Tests.Contents;

public sealed class DifferenceTests
{
    private static readonly DecompressionOptions Decoders = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_aspect_of_a_file_is_told()
    {
        TarEntry attributed = File("xattr") with { Xattrs = TarEntry.NoXattrs.Add("user.a", [1]) };
        Image old = await ImageAsync([(File("content"), "a"), (File("mode"), ""), (File("owner"), ""), (File("time"), ""), (Symlink("target", "x"), ""), (attributed, ""), (File("type"), ""), (Device("device", 3), "")]);
        Image @new = await ImageAsync(
        [
            (File("content"), "b"), (File("mode", 0b111_000_000), ""), (File("owner") with { Uid = 7 }, ""), (File("time") with { ModifiedSeconds = 5 }, ""), (Symlink("target", "y"), ""), (File("xattr"), ""), (Symlink("type", "x"), ""), (Device("device", 4), ""),
        ]);
        Assert.Equal(
            ["content Content", "device Device", "mode Mode", "owner Owner", "target Target", "time Time", "type Type, Mode", "xattr Xattr"],
            (await CompareAsync(old, @new)).Select(static c => $"{c.Path} {c.Aspects}"));
        Assert.Equal(["content Content"], (await CompareAsync(old, @new, ~FileAspects.Content)).Select(static c => $"{c.Path} {c.Aspects}"));
    }

    [Fact]
    public async Task Layers_that_come_to_the_same_files_are_the_same()
    {
        Image one = await ImageAsync([(Directory("d"), ""), (File("d/a"), "1"), (File("d/b"), "2")]);
        Image many = await ImageAsync(
            [(Directory("d"), ""), (File("d/a"), "old"), (File("d/gone"), "x"), (File("e"), "x")],
            [(File("d/.wh.gone"), ""), (File(".wh.e"), ""), (File("d/a"), "1")],
            [(File("d/b"), "2")]);
        Assert.Empty(await CompareAsync(one, many));
        ImageDifference whole = await ImageDifference.FindAsync(one, many, ComparisonScope.All, Decoders, Ct);
        Assert.False(whole.IsEmpty);
        Assert.Equal(4, whole.Layers.Length);
    }

    [Fact]
    public async Task An_opaque_directory_hides_what_is_below_and_not_what_is_beside_it_in_its_layer()
    {
        Image image = await ImageAsync(
            [(Directory("d"), ""), (File("d/old"), "1"), (Directory("d/sub"), ""), (File("d/sub/old"), "1")],
            [(File("d/before"), "2"), (File("d/.wh..wh..opq"), ""), (File("d/after"), "3")]);
        Assert.Equal(["d/after", "d/before"], (await CompareAsync(await ImageAsync([(Directory("d"), "")]), image)).Select(static c => c.Path));
    }

    [Fact]
    public async Task A_whiteout_spares_what_its_own_layer_holds_wherever_it_stands()
    {
        Image image = await ImageAsync([(Directory("d"), ""), (File("d/old"), "1")], [(Directory("d"), ""), (File("d/new"), "2"), (File(".wh.d"), "")]);
        Assert.Equal(["d/new"], (await CompareAsync(await ImageAsync([(Directory("d"), "")]), image)).Select(static c => c.Path));
    }

    [Fact]
    public async Task A_file_takes_the_place_of_a_directory_and_a_directory_that_of_a_file()
    {
        Image old = await ImageAsync([(Directory("d"), ""), (File("d/in"), "1"), (File("f"), "1")]);
        Image @new = await ImageAsync([(Directory("d"), ""), (File("d/in"), "1"), (File("f"), "1")], [(File("d"), "2"), (Directory("f"), ""), (File("f/in"), "3")]);
        Assert.Equal(["d Changed", "d/in Removed", "f Changed", "f/in Added"], (await CompareAsync(old, @new)).Select(static c => $"{c.Path} {c.Kind}"));
    }

    [Fact]
    public async Task Names_of_one_file_are_not_files_of_the_same_content()
    {
        Image linked = await ImageAsync([(File("a"), "1"), (Link("b", "a"), "")]);
        Image copied = await ImageAsync([(File("a"), "1"), (File("b"), "1")]);
        Assert.Equal(["b Links"], (await CompareAsync(linked, copied)).Select(static c => $"{c.Path} {c.Aspects}"));
        Image across = await ImageAsync([(File("a"), "1")], [(Link("b", "a"), "")]);
        Assert.Empty(await CompareAsync(linked, across));
        // Writing through one name anew leaves the other as it was.
        Image broken = await ImageAsync([(File("a"), "1"), (Link("b", "a"), "")], [(File("a"), "2")]);
        Assert.Equal(["a Content", "b Links"], (await CompareAsync(linked, broken)).Select(static c => $"{c.Path} {c.Aspects}"));
    }

    [Fact]
    public async Task What_a_configuration_claims_of_a_layer_is_not_believed()
    {
        Image image = await ImageAsync([(File("a"), "1")]);
        ImageLayer lying = image.Layers[0] with { DiffId = Digest.OfBytes([1]) };
        Image liar = Image.Create(image.Config, [lying]);
        InvalidImageException e = await Assert.ThrowsAsync<InvalidImageException>(async () => await CompareAsync(await ImageAsync([(File("b"), "1")]), liar));
        Assert.Contains("is not what the configuration says", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_to_nothing_and_a_layer_that_is_none_are_refused()
    {
        Image empty = await ImageAsync([(File("b"), "1")]);
        Image dangling = await ImageAsync([(Link("a", "nowhere"), "")]);
        await Assert.ThrowsAsync<InvalidImageException>(() => CompareAsync(empty, dangling));
        BytesSource source = new();
        byte[] noise = TestImages.Noise(2000);
        Image broken = Image.Create(empty.Config, [new ImageLayer(source.Add(MediaTypes.OciLayer, noise), Digest.OfBytes(noise), source)]);
        await Assert.ThrowsAsync<InvalidImageException>(() => CompareAsync(empty, broken));
    }

    [Fact]
    public async Task Fields_are_compared_one_by_one()
    {
        Image image = await ImageAsync([(File("a"), "1")]);
        Image old = image.WithConfig(static c => c with { Env = ["A=1", "B=2"], Cmd = ["x"] });
        Image @new = image.WithConfig(static c => c with { Env = ["A=1", "B=3", "C=4"], Labels = ImmutableSortedDictionary<string, string>.Empty.Add("l", "v") });
        ImageDifference difference = await ImageDifference.FindAsync(old, @new, new ComparisonScope { Layers = false, Files = false }, Decoders, Ct);
        Assert.Equal(
            ["config.Cmd: [\"x\"] > ", "config.Env.B: 2 > 3", "config.Env.C:  > 4", "config.Labels.l:  > v"],
            difference.Fields.Select(static f => $"{f.Name}: {f.Old} > {f.New}"));
    }

    [Fact]
    public async Task Common_layers_are_found_behind_others()
    {
        (TarEntry, string)[] a = [(File("a"), "1")], b = [(File("b"), "1")], c = [(File("c"), "1")];
        ImageDifference difference = await ImageDifference.FindAsync(await ImageAsync(a, b), await ImageAsync(c, b), new ComparisonScope { Config = false, Files = false }, Decoders, Ct);
        Assert.Equal(["-", "+", "="], difference.Layers.Select(static l => l.New is null ? "-" : l.Old is null ? "+" : "="));
    }

    private static TarEntry Symlink(string path, string target) => new() { Path = path, Type = TarEntryType.SymbolicLink, LinkTarget = target, Mode = 0b111_111_111 };

    private static TarEntry Device(string path, uint minor) => new() { Path = path, Type = TarEntryType.CharacterDevice, DeviceMajor = 1, DeviceMinor = minor };

    private static async Task<ImmutableArray<FileChange>> CompareAsync(Image old, Image @new, FileAspects ignored = FileAspects.None) =>
        (await ImageDifference.FindAsync(old, @new, new ComparisonScope { Config = false, Layers = false, Ignored = ignored }, Decoders, Ct)).Files;
}
