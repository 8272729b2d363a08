using Caisson.Engine.Exporting;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Engine.Tests;

/// <summary>Images on their way between places.</summary>
public sealed class PlaceAccessTests : IAsyncLifetime
{
    private Workshop _workshop = null!; // made before each test

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _workshop = await Workshop.OpenAsync();
        _workshop.Context.File("a", "A");
        await _workshop.BuildAsync("FROM scratch\nCOPY a /\n", static r => r with { Exports = [new Export.Store([Reference.Parse("app:1")])] });
    }

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Fact]
    public async Task An_archive_is_not_written_over_when_it_holds_other_images()
    {
        string file = _workshop["images.tar"];
        await CopyAsync($"oci-archive:{file}:one");
        await CopyAsync($"oci-archive:{file}:one");
        byte[] before = await File.ReadAllBytesAsync(file, Ct);
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => CopyAsync($"oci-archive:{file}:two"));
        Assert.Contains("and it holds one", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"caisson image copy oci-archive:{file}:one oci:DIR:NAME", failure.Diagnostics[0].Hint, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(file, Ct));

        await CopyAsync($"oci-archive:{file}"); // its only image
        Assert.Contains("and it holds an image without a name", (await Assert.ThrowsAsync<BuildException>(() => CopyAsync($"oci-archive:{file}:two"))).Message, StringComparison.Ordinal);
        await CopyAsync($"oci-archive:{file}");
    }

    [Fact]
    public async Task Who_write_to_one_directory_at_once_do_not_lose_each_others_names()
    {
        string[] names = [.. Enumerable.Range(0, 24).Select(static i => $"name-{i:00}")];
        await Task.WhenAll(names.Select(name => Task.Run(() => CopyAsync($"oci:{_workshop["oci"]}:{name}"), Ct)));
        OciLayout layout = await OciLayout.OpenAsync(_workshop["oci"], ct: Ct);
        Assert.Equal(names, (await layout.ReadIndexAsync(Ct)).Manifests.Select(static m => m.Annotations![OciLayout.RefNameAnnotation]).Order(StringComparer.Ordinal));
    }

    private Task<bool> CopyAsync(string to) => _workshop.Engine.Places.UseAsync(async places =>
    {
        ImageGraph graph = await places.OpenAsync(ImagePlace.Parse("store:app:1"), GraphReading.All, Ct);
        await places.WriteAsync(graph, ImagePlace.Parse(to), Ct);
        return true;
    });
}
