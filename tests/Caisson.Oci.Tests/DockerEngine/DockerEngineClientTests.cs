using System.Collections.Immutable;
using Caisson.Oci.DockerEngine;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Tar;

namespace Caisson.Oci.Tests.DockerEngine;

public sealed class DockerEngineClientTests : IAsyncLifetime
{
    private const string Loaded = "{\"stream\":\"Loaded image: app:1\\n\"}\n";

    private readonly FakeDockerEngine _engine = new();
    private readonly BlobsInMemory _blobs = new();
    private Image _image = null!; // made before each test

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        ImmutableArray<ImageLayer> layers = [await LayerAsync("one"), await LayerAsync("two"), await LayerAsync("three")];
        _image = Image.Create(new ImageConfig { Architecture = "amd64", Os = "linux", RootFs = new RootFs { DiffIds = [] } }, layers);
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task An_engine_without_images_gets_all_layers()
    {
        _engine.Answers["/images/json?all=1"] = "[]";
        Assert.Equal(new DockerLoad(3, 0), await LoadAsync(Loaded));
        Assert.Equal("0 1 2", await SentAsync(0));
    }

    [Fact]
    public async Task Layers_that_the_engine_has_are_left_out()
    {
        Have(("aa", [2, 1]), ("bb", [0]), ("cc", [0, 1]), ("dd", [0, 2]));
        Assert.Equal(new DockerLoad(1, 2), await LoadAsync(Loaded));
        Assert.Equal("2", await SentAsync(0));
    }

    [Fact]
    public async Task An_image_that_the_engine_has_goes_without_layers_and_gets_its_name()
    {
        Have(("aa", [0, 1, 2]));
        Assert.Equal(new DockerLoad(0, 3), await LoadAsync(Loaded));
        Assert.Empty(await SentAsync(0));
        Assert.Contains(await Archive.ReadAsync(_engine.Loaded[0]), static e => e.Entry.Path == "manifest.json" && System.Text.Encoding.UTF8.GetString(e.Content).Contains("\"app:1\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_an_engine_says_is_shown_as_one_clean_line()
    {
        _engine.Answers["/images/json?all=1"] = "[]";
        DockerEngineException e = await Assert.ThrowsAsync<DockerEngineException>(() => LoadAsync("{\"error\":\"no\\u001b[2J\\nspace" + new string('x', 1000) + "\"}\n"));
        Assert.StartsWith("the Docker engine refused the image: no [2J space", e.Message, StringComparison.Ordinal);
        Assert.InRange(e.Message.Length, 500, 600);
    }

    [Fact]
    public async Task An_engine_that_stops_in_the_middle_of_an_answer_is_given_up()
    {
        _engine.StallsAt = "/info";
        using DockerEngineClient client = new(_engine.SocketPath) { AnswerTime = TimeSpan.FromMilliseconds(300) };
        DockerEngineException e = await Assert.ThrowsAsync<DockerEngineException>(() => client.LoadAsync(_image, [Reference.Parse("app:1")], Ct));
        Assert.True(e.IsUnreachable);
    }

    [Fact]
    public async Task An_engine_that_lost_a_layer_meanwhile_gets_all()
    {
        Have(("aa", [0, 1]));
        Assert.Equal(new DockerLoad(3, 0), await LoadAsync("{\"error\":\"open blobs/sha256/x: no such file or directory\"}\n", Loaded));
        Assert.Equal("0 1 2", await SentAsync(1));
    }

    [Fact]
    public async Task An_engine_that_keeps_blobs_gets_all()
    {
        Have(("aa", [0, 1]));
        _engine.Answers["/info"] = """{"DriverStatus":[["driver-type","io.containerd.snapshotter.v1"]]}""";
        Assert.Equal(new DockerLoad(3, 0), await LoadAsync(Loaded));
    }

    [Fact]
    public async Task The_version_of_the_engine_is_spoken()
    {
        _engine.ApiVersion = "1.51";
        await LoadAsync(Loaded);
        Assert.All(_engine.Asked.Skip(1), static r => Assert.Contains(" /v1.51/", r, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{\"stream\":\"x\"}\n{\"errorDetail\":{\"message\":\"no space\"},\"error\":\"no space\"}\n", "the Docker engine refused the image: no space")]
    [InlineData("{\"message\":\"not now\"}", "the Docker engine refused the image: not now")]
    public async Task What_the_engine_refuses_is_told_in_its_words(string answer, string expected)
    {
        DockerEngineException failure = await Assert.ThrowsAsync<DockerEngineException>(() => LoadAsync(answer));
        Assert.Equal((expected, false), (failure.Message, failure.IsUnreachable));
    }

    [Theory]
    [InlineData("[1, null, \"x\", {\"Id\": 5}, {\"Id\": \"../../etc\"}]")]
    [InlineData("{\"a\": 1}")]
    [InlineData("nonsense")]
    public async Task Nonsense_is_no_knowledge(string images)
    {
        _engine.Answers["/images/json?all=1"] = images;
        Assert.Equal(new DockerLoad(3, 0), await LoadAsync(Loaded));
    }

    [Fact]
    public async Task Who_is_no_engine_is_told()
    {
        _engine.ApiVersion = "x/../y";
        DockerEngineException failure = await Assert.ThrowsAsync<DockerEngineException>(() => LoadAsync());
        Assert.Equal(($"what listens at {_engine.SocketPath} is no Docker engine", true), (failure.Message, failure.IsUnreachable));
    }

    [Fact]
    public async Task A_socket_that_is_not_there_is_told()
    {
        using DockerEngineClient client = new("/nowhere/docker.sock");
        DockerEngineException failure = await Assert.ThrowsAsync<DockerEngineException>(() => client.LoadAsync(_image, [], Ct));
        Assert.Equal(("no Docker engine answers at /nowhere/docker.sock: there is no such socket", true), (failure.Message, failure.IsUnreachable));
    }

    [Fact]
    public async Task A_layer_that_cannot_be_read_is_not_the_engines_fault()
    {
        _blobs.Content.Remove(_image.Layers[1].Blob.Digest);
        await Assert.ThrowsAsync<BlobNotFoundException>(() => LoadAsync(Loaded));
    }

    private void Have(params (string Id, int[] Layers)[] images)
    {
        string IdOf(string name) => "sha256:" + string.Concat(Enumerable.Repeat(name, 32));
        _engine.Answers["/images/json?all=1"] = "[" + string.Join(',', images.Select(i => $"{{\"Id\":\"{IdOf(i.Id)}\"}}")) + "]";
        foreach ((string id, int[] layers) in images)
            _engine.Answers[$"/images/{Uri.EscapeDataString(IdOf(id))}/json"] = "{\"RootFS\":{\"Layers\":[" + string.Join(',', layers.Select(l => $"\"{_image.Layers[l].DiffId}\"")) + "]}}";
    }

    private async Task<DockerLoad> LoadAsync(params string[] answers)
    {
        foreach (string answer in answers)
            _engine.LoadAnswers.Enqueue(answer);
        using DockerEngineClient client = new(_engine.SocketPath);
        return await client.LoadAsync(_image, [Reference.Parse("app:1")], Ct);
    }

    // Which layers a load had.
    private async Task<string> SentAsync(int load)
    {
        HashSet<string> paths = [.. (await Archive.ReadAsync(_engine.Loaded[load])).Select(static e => e.Entry.Path)];
        return string.Join(" ", Enumerable.Range(0, 3).Where(i => paths.Contains($"blobs/sha256/{_image.Layers[i].Blob.Digest.Hex}")));
    }

    private async Task<ImageLayer> LayerAsync(string content)
    {
        byte[] bytes = await Archive.WriteAsync(Archive.File(content));
        Descriptor blob = Descriptor.Of(MediaTypes.OciLayer, bytes);
        _blobs.Content[blob.Digest] = bytes;
        return new ImageLayer(blob, blob.Digest, _blobs);
    }

    private sealed class BlobsInMemory : IBlobSource
    {
        public Dictionary<Digest, byte[]> Content { get; } = [];

        public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct) =>
            Content.TryGetValue(blob.Digest, out byte[]? bytes) ? Task.FromResult<Stream>(new MemoryStream(bytes)) : throw new BlobNotFoundException(blob.Digest, "memory");
    }
}
