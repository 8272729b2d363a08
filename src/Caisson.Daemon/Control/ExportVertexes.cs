using System.Collections.Immutable;
using Caisson.Daemon.Proto.Control;
using Caisson.Engine;
using Caisson.Engine.Events;
using Caisson.Engine.Exporting;
using Caisson.Oci.Model;

namespace Caisson.Daemon.Control;

/// <summary>Shows each export of a build as one vertex, in BuildKit's words, and the engine's steps of it as what goes on there.</summary>
internal sealed class ExportVertexes(StatusLog log)
{
    private readonly Dictionary<Digest, (string Vertex, ExportWork Work)> _steps = [];

    /// <summary>What a client asked for, and the name of its build: builds of one client are shown side by side. Nothing else is shown.</summary>
    public (string Build, ImmutableArray<Export> Exports) Asked { get; set; } = ("", []);

    /// <summary>The vertex in which a step of the engine is shown; null when that is its own.</summary>
    public string? Find(Digest step) => _steps.TryGetValue(step, out (string Vertex, ExportWork Work) known) ? known.Vertex : null;

    /// <summary>Some work of an export began.</summary>
    /// <param name="step">The engine's step.</param>
    /// <param name="name">What it says of itself.</param>
    /// <param name="work">Of which export it is.</param>
    public void Begin(Digest step, string name, ExportWork work)
    {
        if (Asked.Exports.IsEmpty)
            return;
        string vertex = Digest.OfBytes(System.Text.Encoding.UTF8.GetBytes($"export/{Asked.Build}/{work.Number}")).Value;
        Export export = Asked.Exports[work.Number];
        _steps[step] = (vertex, work);
        if (log.Find(vertex) is null)
            log.Set(new Vertex { Digest = vertex, Name = NameOf(export), Started = log.Now });
        if (work.Written is { } written)
        {
            foreach (string made in MadeOf(export, written))
                Say(vertex, made, isDone: true);
        }
        foreach (string begun in work.Written is { } result ? BringingOf(export, result) : [name])
            Say(vertex, begun, isDone: false);
    }

    /// <summary>Some work of an export ended, and with its last work, or a failure, the export.</summary>
    /// <param name="step">The engine's step.</param>
    /// <param name="error">What went wrong; empty when nothing did.</param>
    public void End(Digest step, string error)
    {
        (string vertex, ExportWork work) = _steps[step];
        if (error.Length == 0)
            log.EndProgress(vertex);
        if ((work.Written is null && error.Length == 0) || log.Find(vertex) is not { } open)
            return;
        open.Completed = log.Now;
        open.Error = error;
        log.Set(open);
    }

    private void Say(string vertex, string what, bool isDone) =>
        log.Set(new VertexStatus { ID = what, Vertex = vertex, Name = what, Timestamp = log.Now, Started = log.Now, Completed = isDone ? log.Now : null });

    private static string NameOf(Export export) => export switch
    {
        Export.LocalDirectory => "exporting to client directory",
        Export.Tar => "exporting to client tarball",
        Export.OciDirectory or Export.OciArchive => "exporting to oci image format",
        Export.DockerArchive => "exporting to docker image format",
        _ => "exporting to image",
    };

    private static IEnumerable<string> MadeOf(Export export, BuildResult written) => (export, written) switch
    {
        (Export.Store, { ImageId: { } id }) => [$"writing image {id}"],
        (_, { Index: { } index }) => [.. index.Images.SelectMany(PartsOf), $"exporting manifest list {index.Descriptor.Digest}"],
        (_, { Image: { } image }) => PartsOf(image),
        _ => [],
    };

    private static IEnumerable<string> PartsOf(Oci.Images.Image image) => [$"exporting manifest {image.Descriptor.Digest}", $"exporting config {image.Manifest.Config.Digest}"];

    private static IEnumerable<string> BringingOf(Export export, BuildResult written) => export switch
    {
        Export.Store store => store.Names.Select(static n => $"naming to {n.WithDefaultTag()}"),
        Export.Registry registry => ["pushing layers", $"pushing manifest for {registry.Name.WithDefaultTag()}@{written.Descriptor?.Digest}"],
        Export.LocalDirectory or Export.OciDirectory => ["copying files"],
        _ => ["sending tarball"],
    };
}
