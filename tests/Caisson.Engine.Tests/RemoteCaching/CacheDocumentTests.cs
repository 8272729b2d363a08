using System.Text;
using Caisson.Engine.Imaging;
using Caisson.Engine.RemoteCaching;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.RemoteCaching;

/// <summary>What a cache says of itself, and what it says wrongly.</summary>
public sealed class CacheDocumentTests
{
    private static readonly CacheDocument Document = new()
    {
        Layers = [new SharedLayer(Descriptor.Of(MediaTypes.OciLayerGzip, [1]), Digest.OfBytes([2]), "blob-x-1.0-clamp-5", Digest.OfBytes([3]), new byte[] { 9, 8 })],
        Steps =
        [
            new SharedStep(Digest.OfBytes([4]), Digest.OfBytes([5]), 0)
            {
                Inputs = [new SharedState(Digest.OfBytes([6]), []), null, new SharedState(null, [0])],
                Taken = [null, Digest.OfBytes([7])],
                Outputs = [0],
            },
        ],
        Mounts = [new SharedMount(Digest.OfBytes([8]), "go") { Changes = [Descriptor.Of("a", [1])], List = Descriptor.Of("b", [2]), Own = (0x1ED, 5, 6) }],
    };

    [Fact]
    public void A_document_is_read_as_it_was_written()
    {
        byte[] written = CacheDocumentJson.Write(Document);
        CacheDocument read = CacheDocumentJson.Read(written)!;
        Assert.Equal(written, CacheDocumentJson.Write(read));
        Assert.Equal(Document.Layers[0].Content, read.Layers[0].Content);
        Assert.Equal(Document.Steps[0].Inputs[2]!.Layers, read.Steps[0].Inputs[2]!.Layers);
        Assert.Equal([0], read.Steps[0].Outputs);
        Assert.Equal([1], Document.With(Document).Steps[1].Outputs);
        Assert.Equal((0x1ED, 5u, 6u), read.Mounts[0].Own);
    }

    // BuildKit looks for these members, and finds layers and no records.
    [Fact]
    public void It_is_a_cache_configuration_of_BuildKit_with_layers_and_no_records()
    {
        System.Text.Json.JsonElement root = System.Text.Json.JsonDocument.Parse(CacheDocumentJson.Write(Document)).RootElement;
        Assert.Equal(Document.Layers[0].Blob!.Digest.Value, root.GetProperty("layers")[0].GetProperty("blob").GetString());
        Assert.Equal(-1, root.GetProperty("layers")[0].GetProperty("parent").GetInt32());
        Assert.Equal(Document.Layers[0].DiffId.Value, root.GetProperty("layers")[0].GetProperty("annotations").GetProperty("diffID").GetString());
        Assert.Equal(0, root.GetProperty("records").GetArrayLength());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"layers\":[],\"records\":[{\"digest\":\"sha256:0\"}]}")]
    [InlineData("{\"caisson\":{\"version\":2,\"layers\":7}}")]
    public void What_others_wrote_holds_nothing(string json) => Assert.Null(CacheDocumentJson.Read(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"caisson\":[]}")]
    [InlineData("{\"caisson\":{\"version\":1,\"layers\":[{}]}}")]
    [InlineData("{\"caisson\":{\"version\":1,\"steps\":[{\"key\":\"x\"}]}}")]
    public void What_is_damaged_is_refused(string json) => Assert.Throws<InvalidImageException>(() => CacheDocumentJson.Read(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("\"layer\":0,", "\"layer\":1,")]
    [InlineData("\"layer\":0,", "\"layer\":-1,")]
    [InlineData("\"outputs\":[0]", "\"outputs\":[1]")]
    [InlineData("\"layers\":[0]", "\"layers\":[7]")]
    [InlineData("blob-x-1.0", "../../etc/x")]
    [InlineData("blob-x-1.0", "list2-x")]
    [InlineData("\"size\":1", "\"size\":-1")]
    [InlineData("\"uid\":5", "\"uid\":5000000000")]
    [InlineData("\"size\":1", "\"size\":9000000000000000000")]
    public void What_cannot_be_is_refused(string valid, string invalid)
    {
        string json = Encoding.UTF8.GetString(CacheDocumentJson.Write(Document));
        int at = json.LastIndexOf(valid, StringComparison.Ordinal);
        Assert.True(at >= 0);
        Assert.Throws<InvalidImageException>(() => CacheDocumentJson.Read(Encoding.UTF8.GetBytes(json[..at] + invalid + json[(at + valid.Length)..])));
    }

    // Seeded: whatever is done to a document, it is read, holds nothing, or is refused.
    [Fact]
    public void No_damage_does_anything_else()
    {
        byte[] written = CacheDocumentJson.Write(Document);
        Random random = new(5);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] damaged = [.. written];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                CacheDocumentJson.Read(damaged.AsSpan(0, random.Next(10) == 0 ? random.Next(damaged.Length) : damaged.Length));
            }
            catch (InvalidImageException)
            {
            }
        }
    }

    [Fact]
    public void Times_are_applied_as_they_were_taken()
    {
        FileEntry[] entries = [Entry("a", null), Entry("b", new FileTime(5, 6)), Entry("c", new FileTime(5, 6)), Entry("d", new FileTime(-7, 999_999_999)), Entry("e", null)];
        LayerTimes times = LayerTimes.Read(LayerTimes.Of(entries).Bytes.ToArray());
        Assert.Equal(entries.Select(static e => e.Modified), times.Apply(entries.Select(static e => e with { Modified = new FileTime(1, 0) }), 5).Select(static e => e.Modified));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Times_of_another_number_of_entries_are_refused(int count)
    {
        LayerTimes times = LayerTimes.Of([Entry("a", null), Entry("b", new FileTime(5, 6)), Entry("c", null)]);
        Assert.Throws<InvalidImageException>(() => times.Apply(Enumerable.Range(0, count).Select(static i => Entry($"{i}", null)), count).Count());
    }

    [Fact]
    public void Damaged_times_are_refused_or_applied_and_nothing_else()
    {
        FileEntry[] entries = [.. Enumerable.Range(0, 50).Select(static i => Entry($"{i:00}", i % 3 == 0 ? null : new FileTime(i, i)))];
        byte[] bytes = LayerTimes.Of(entries).Bytes.ToArray();
        Random random = new(7);
        for (int i = 0; i < 5_000; i++)
        {
            byte[] damaged = [.. bytes];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                Assert.InRange(LayerTimes.Read(damaged).Apply(entries, entries.Length).Count(), 0, entries.Length);
            }
            catch (InvalidImageException)
            {
            }
        }
    }

    [Fact]
    public void Times_that_grow_without_end_are_refused()
    {
        using MemoryStream bomb = new();
        using (System.IO.Compression.DeflateStream deflate = new(bomb, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(new byte[64 << 20]);
        Assert.Throws<InvalidImageException>(() => LayerTimes.Read(bomb.ToArray()).Apply([Entry("a", null)], 1).Count());
    }

    private static FileEntry Entry(string path, FileTime? time) => new() { Path = path, Kind = EntryKind.File, Modified = time };
}
