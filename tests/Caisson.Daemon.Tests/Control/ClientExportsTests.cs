using Caisson.Daemon.Control;
using Caisson.Daemon.Proto.Sessions.Content;
using Caisson.Daemon.Sessions;
using Caisson.Daemon.Tests.Testing;
using Caisson.Engine;
using Caisson.Engine.Exporting;
using Caisson.Engine.Spelling;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Testing;
using Exporter = Caisson.Daemon.Proto.Control.Exporter;

namespace Caisson.Daemon.Tests.Control;

public sealed class ClientExportsTests : IAsyncDisposable
{
    private readonly FakeClient _client = new();
    private readonly TempDirectory _directory = new();
    private readonly ClientBlobs _blobs = new();
    private ClientSession? _session;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("oci")]
    [InlineData("docker")]
    public async Task A_layout_of_the_client_gets_all_that_is_built(string type)
    {
        Image image = ImageOf("amd64");
        using (ClientExports exports = await OpenAsync(type))
        {
            OciLayout layout = await OciLayout.CreateAsync(Assert.IsType<Export.OciDirectory>(Assert.Single(exports.Exports)).Path, ct: Ct);
            await layout.AddImageAsync(image, Reference.Parse("some:1"), Ct);
            await exports.SendAsync(new BuildResult(image), Ct);
        }
        Assert.Equal("export", _blobs.Store);
        Assert.Equal(new[] { image.Descriptor.Digest.Value, image.Manifest.Config.Digest.Value }.Order(), _blobs.All.Keys.Order());
        Assert.Empty(Directory.GetFileSystemEntries(_directory["daemon"]));
    }

    [Fact]
    public async Task A_build_has_one_layout_and_one_for_Docker_holds_one_platform()
    {
        await Assert.ThrowsAsync<UsageException>(() => OpenAsync("oci", "docker"));
        using ClientExports exports = await OpenAsync("docker");
        BuildResult several = new(Image: null) { Index = MultiPlatformImage.Create([ImageOf("amd64"), ImageOf("arm64")]) };
        Assert.Contains("one platform", (await Assert.ThrowsAsync<UsageException>(() => exports.SendAsync(several, Ct))).Message, StringComparison.Ordinal);
    }

    private async Task<ClientExports> OpenAsync(params string[] types)
    {
        if (_session is null)
        {
            Content.BindService(_client.Serves, _blobs);
            _session = await _client.ConnectAsync();
        }
        Exporter[] exporters = [.. types.Select(static t => new Exporter { Type = t, Attrs = { ["tar"] = "false", ["name"] = "some:1" } })];
        return ClientExports.Open(exporters, _session, () => Directory.CreateDirectory(_directory[$"daemon/{Guid.NewGuid():N}"]).FullName);
    }

    private static Image ImageOf(string architecture) => Image.Create(new ImageConfig { Architecture = architecture, Os = "linux", RootFs = new RootFs { DiffIds = [] } }, []);
}
