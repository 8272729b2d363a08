using Caisson.Daemon.Control;
using Caisson.Daemon.Proto.Control;
using Caisson.Engine;
using Caisson.Engine.Events;
using Caisson.Engine.Exporting;
using Caisson.Oci.Model;

namespace Caisson.Daemon.Tests.Control;

/// <summary>Exports as BuildKit's clients see them.</summary>
public sealed class ExportVertexesTests
{
    private static readonly Digest Layers = Digest.OfBytes("layers"u8);
    private static readonly Digest Writing = Digest.OfBytes("writing"u8);

    private readonly StatusLog _log = new(TimeProvider.System);

    [Fact]
    public async Task An_export_is_one_vertex_that_ends_with_its_last_work()
    {
        ExportVertexes exports = new(_log) { Asked = ("build", [new Export.Store([Reference.Parse("app:1")])]) };
        exports.Begin(Layers, "exporting layers", new ExportWork(0));
        exports.End(Layers, "");
        Assert.Null(_log.Find(exports.Find(Layers)!)?.Completed);
        exports.Begin(Writing, "writing sha256:… to app:1", new ExportWork(0) { Written = new BuildResult(Image: null) });
        Assert.Equal(exports.Find(Layers), exports.Find(Writing));
        exports.End(Writing, "");
        Vertex vertex = _log.Find(exports.Find(Writing)!)!;
        Assert.Equal(("exporting to image", ""), (vertex.Name, vertex.Error));
        Assert.NotNull(vertex.Completed);
        Assert.Equal(["exporting layers", "naming to docker.io/library/app:1"], (await ToldAsync()).Select(static s => s.ID));
    }

    [Fact]
    public void An_export_that_fails_ends_with_why()
    {
        ExportVertexes exports = new(_log) { Asked = ("build", [new Export.LocalDirectory("/out")]) };
        exports.Begin(Writing, "exporting files to /out", new ExportWork(0) { Written = new BuildResult(Image: null) });
        exports.End(Writing, "no room");
        Vertex vertex = _log.Find(exports.Find(Writing)!)!;
        Assert.Equal(("exporting to client directory", "no room"), (vertex.Name, vertex.Error));
    }

    [Fact]
    public async Task What_no_client_asked_for_is_not_shown()
    {
        ExportVertexes exports = new(_log);
        exports.Begin(Layers, "exporting layers", new ExportWork(0));
        Assert.Null(exports.Find(Layers));
        Assert.Empty(await ToldAsync());
    }

    private async Task<VertexStatus[]> ToldAsync()
    {
        _log.Complete();
        List<VertexStatus> told = [];
        await foreach (StatusResponse response in _log.ReadAllAsync(TestContext.Current.CancellationToken))
            told.AddRange(response.Statuses);
        return [.. told];
    }
}
