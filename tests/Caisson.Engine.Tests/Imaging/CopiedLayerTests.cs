using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.Imaging;

/// <summary>Layers that were worked out and not yet carried out: where their bytes are is known to the build that made them.</summary>
public sealed class CopiedLayerTests : IAsyncLifetime
{
    private Workshop _workshop = null!; // made before each test

    public async ValueTask InitializeAsync() => _workshop = await Workshop.OpenAsync();

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Fact]
    public async Task Sources_in_another_order_do_not_mix_up_their_files()
    {
        _workshop.Context.File("a", "A").File("b", "B");
        await _workshop.BuildAsync("FROM scratch\nCOPY a b /dst/\n", static r => r with { Exports = [] });
        Assert.Equal(["d 0755 0:0 dst", "f 0644 0:0 dst/a \"A\"", "f 0644 0:0 dst/b \"B\""], await _workshop.FilesAsync("FROM scratch\nCOPY b a /dst/\n"));
    }

    [Fact]
    public async Task Sources_in_another_order_do_not_mix_up_files_of_stages()
    {
        _workshop.Context.File("a", "A").File("b", "B");
        const string start = "FROM scratch AS src\nCOPY . /\nFROM scratch\n";
        await _workshop.BuildAsync(start + "COPY --from=src a b /dst/\n", static r => r with { Exports = [] });
        Assert.Equal(["d 0755 0:0 dst", "f 0644 0:0 dst/a \"A\"", "f 0644 0:0 dst/b \"B\""], await _workshop.FilesAsync(start + "COPY --from=src b a /dst/\n"));
    }

    [Fact]
    public async Task Several_sources_and_one_that_hold_the_same_do_not_mix_up_their_files()
    {
        _workshop.Context.File("x/a", "A").File("x/b", "B");
        await _workshop.BuildAsync("FROM scratch\nCOPY x/a x/b /dst/\n", static r => r with { Exports = [] });
        Assert.Equal(["d 0755 0:0 dst", "f 0644 0:0 dst/a \"A\"", "f 0644 0:0 dst/b \"B\""], await _workshop.FilesAsync("FROM scratch\nCOPY x /dst/\n"));
    }

    [Fact]
    public async Task The_same_files_from_another_place_are_the_same_blob()
    {
        _workshop.Context.File("x/a", "A").File("x/b", "B").File("y/a", "A").File("y/b", "B");
        Built one = await _workshop.BuildAsync("FROM scratch\nCOPY x/a x/b /dst/\n");
        Built two = await _workshop.BuildAsync("FROM scratch\nCOPY y /dst/\n");
        Assert.Equal(one.Image.Layers[0].Blob, two.Image.Layers[0].Blob);
    }
}
