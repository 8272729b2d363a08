using System.Collections.Immutable;
using Caisson.Linux.Native;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Sandbox;

public sealed class OverlayRootTests : IAsyncLifetime
{
    private readonly TempDirectory _temp = new();
    private Box _box = null!; // opened before each test

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Requires.Root();
        _box = await Box.OpenAsync(_temp.Path, runtime: null, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_box is not null)
            await _box.DisposeAsync();
        _temp.Dispose();
    }

    [Fact]
    public async Task Layers_are_seen_as_one_and_what_is_written_lands_apart()
    {
        await Tool.ShellAsync(_temp.Path, "mkdir low top; echo low > low/f; echo top > top/f; echo kept > low/g");
        OverlayRoot root = await _box.MountAsync([_temp["top"], _temp["low"]], Ct);
        await using (root)
        {
            Assert.Equal("top\nkept\n", await _box.LookInsideAsync(() => File.ReadAllText(Path.Combine(root.Path, "f")) + File.ReadAllText(Path.Combine(root.Path, "g")), Ct));
            using DirectoryHandle merged = await root.OpenAsync();
            merged.RemoveFile("g");
            merged.CreateFile("new", 0x180).Dispose();
        }
        Assert.Equal(["c 0000 0:0 g", "f 0600 0:0 new 0 e3b0c442"], await Trees.FoundAsync(root.WrittenPath));
        Assert.Equal("kept\n", await File.ReadAllTextAsync(_temp["low/g"], Ct));
    }

    [Fact]
    public async Task Outside_nothing_is_mounted_and_afterwards_inside_neither()
    {
        OverlayRoot root = await _box.MountAsync([_temp.Make("low")], Ct);
        Assert.DoesNotContain(root.Path, await File.ReadAllTextAsync("/proc/self/mountinfo", Ct), StringComparison.Ordinal);
        Assert.Contains(root.Path, await InsideAsync(), StringComparison.Ordinal);
        await root.DisposeAsync();
        Assert.DoesNotContain(root.Path, await InsideAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_at_all_is_an_empty_root()
    {
        OverlayRoot root = await _box.MountAsync([], Ct);
        await using (root)
        {
            using DirectoryHandle merged = await root.OpenAsync();
            Assert.Empty(merged.List());
        }
    }

    // The options of a mount fit into one page, however long the layers' paths are.
    [Fact]
    public async Task Many_layers_with_long_paths_can_be_mounted()
    {
        string[] layers = [.. Enumerable.Range(0, 200).Select(i => _temp.Make($"{new string('l', 200)}-{i}"))];
        for (int i = 0; i < layers.Length; i++)
            await File.WriteAllTextAsync(Path.Combine(layers[i], $"f{i}"), "", Ct);
        OverlayRoot root = await _box.MountAsync([.. layers], Ct);
        await using (root)
        {
            using DirectoryHandle merged = await root.OpenAsync();
            Assert.Equal(200, merged.List().Count);
        }
    }

    [Theory]
    [InlineData("with:colon")]
    [InlineData("with,comma")]
    [InlineData("with\\backslash")]
    [InlineData("with blank")]
    public async Task A_layers_path_may_have_any_characters(string name)
    {
        await File.WriteAllTextAsync(Path.Combine(_temp.Make(name), "f"), "", Ct);
        OverlayRoot root = await _box.MountAsync([_temp[name]], Ct);
        await using (root)
        {
            using DirectoryHandle merged = await root.OpenAsync();
            Assert.Equal(["f"], merged.List());
        }
    }

    [Fact]
    public async Task The_root_has_mode_and_owner_of_the_lowest_layer()
    {
        await Tool.ShellAsync(_temp.Path, "mkdir low top; chmod 1711 low; chown 3:4 low; chmod 1711 low");
        OverlayRoot root = await _box.MountAsync([_temp["top"], _temp["low"]], Ct);
        await using (root)
        {
            using DirectoryHandle merged = await root.OpenAsync();
            FileStatus status = merged.Status();
            Assert.Equal((0x3C9, 3u, 4u), (status.Mode, status.Uid, status.Gid));
        }
    }

    [Fact]
    public async Task A_layer_that_is_not_there_is_refused()
    {
        await Assert.ThrowsAsync<SystemCallException>(() => _box.MountAsync([_temp["missing"]], Ct));
        ImmutableArray<string> layers = [_temp["missing"], _temp.Make("low")];
        Assert.Equal(Errno.ENOENT, (await Assert.ThrowsAsync<SystemCallException>(() => _box.MountAsync(layers, Ct))).ErrorNumber);
    }

    private Task<string> InsideAsync() => _box.LookInsideAsync(static () => File.ReadAllText("/proc/1/mountinfo"), Ct);
}
