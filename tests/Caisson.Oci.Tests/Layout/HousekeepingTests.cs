using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Layout;

/// <summary>What a layout offers to whoever removes what it does not need.</summary>
public sealed class HousekeepingTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly List<(Digest Blob, bool IsNew)> _claims = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Entries_without_a_name_are_taken_from_the_index_and_others_stay()
    {
        OciLayout layout = await CreateAsync();
        Image named = TestImages.Create("named");
        Image unnamed = TestImages.Create("unnamed");
        await layout.AddImageAsync(named, Reference.Parse("named"), Ct);
        await layout.AddImageAsync(unnamed, null, Ct);
        await layout.UnlistAsync(ImmutableHashSet.Create(named.Descriptor.Digest, unnamed.Descriptor.Digest), Ct);
        Assert.Equal(named.Descriptor.Digest, Assert.Single((await layout.ReadIndexAsync(Ct)).Manifests).Digest);
    }

    [Fact]
    public async Task An_entry_leads_to_its_own_blobs_only()
    {
        OciLayout layout = await CreateAsync();
        Image first = TestImages.Create("shared", "first");
        Image second = TestImages.Create("shared", "second");
        await layout.AddImageAsync(first, Reference.Parse("first"), Ct);
        await layout.AddImageAsync(second, Reference.Parse("second"), Ct);
        IReadOnlySet<Digest> reachable = await layout.ReachableFromAsync(first.Descriptor, Ct);
        Assert.Equal(
            first.Layers.Select(static l => l.Blob.Digest).Append(first.Manifest.Config.Digest).Append(first.Descriptor.Digest).Order(),
            reachable.Order());
        await layout.WhileUnchangedAsync(all => Assert.True(all.IsSupersetOf(reachable) && all.Contains(second.Descriptor.Digest)), Ct);
    }

    [Fact]
    public async Task Every_blob_is_claimed_before_it_is_looked_for_or_added()
    {
        OciLayout layout = await CreateAsync();
        Descriptor blob = Descriptor.Of("a", "content"u8);
        Assert.False(layout.HasBlob(blob));
        Assert.Equal((blob.Digest, false), Assert.Single(_claims));
        await layout.AddBlobAsync(blob, new MemoryStream("content"u8.ToArray()), Ct);
        Assert.Equal((blob.Digest, true), _claims[^1]);
        await using (Stream content = await layout.OpenBlobAsync(blob, Ct))
            Assert.Equal((blob.Digest, false), _claims[^1]);
        Descriptor written;
        await using (BlobWriter writer = layout.CreateBlob())
        {
            await writer.Stream.WriteAsync("other"u8.ToArray(), Ct);
            written = await writer.CommitAsync("a", Ct);
        }
        Assert.Equal((written.Digest, true), _claims[^1]);
        await File.WriteAllTextAsync(_directory["file"], "third", Ct);
        Descriptor third = Descriptor.Of("a", "third"u8);
        await layout.AddFileAsync(third, _directory["file"], Ct);
        Assert.Equal((third.Digest, true), _claims[^1]);
    }

    [Fact]
    public async Task Leftovers_of_dead_processes_are_removed_and_blobs_stay()
    {
        OciLayout layout = await CreateAsync();
        Descriptor blob = Descriptor.Of("a", "content"u8);
        await layout.AddBlobAsync(blob, new MemoryStream("content"u8.ToArray()), Ct);
        await File.WriteAllTextAsync(_directory["layout/blobs/sha256/.new-9"], "half", Ct);
        layout.RemoveLeftovers();
        Assert.Equal([blob.Digest.Hex], Directory.GetFiles(_directory["layout/blobs/sha256"]).Select(Path.GetFileName));
    }

    private Task<OciLayout> CreateAsync() => OciLayout.CreateAsync(_directory["layout"], new OciLayoutOptions { Claim = (blob, isNew) => _claims.Add((blob, isNew)) }, Ct);
}
