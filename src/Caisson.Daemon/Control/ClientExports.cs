using System.Collections.Immutable;
using Caisson.Daemon.Proto.Control;
using Caisson.Daemon.Sessions;
using Caisson.Engine;
using Caisson.Engine.Exporting;
using Caisson.Engine.Spelling;
using Caisson.Oci.Model;
using Grpc.Core;

namespace Caisson.Daemon.Control;

/// <summary>Where the result of a client's build goes: the store, registries, and files that are sent to the client.</summary>
/// <remarks>BuildKit's exporters and their attributes; Docker's engine has one of its own for its store, <c>moby</c>.</remarks>
internal sealed class ClientExports : IDisposable
{
    // The name under which clients serve the layout that they want a result in. It has no number: there is one for each build.
    private const string LayoutStore = "export";

    private readonly List<(int Number, string Path)> _directories = [];
    private (string Path, bool IsForDocker)? _layout;
    private readonly ClientSession? _session;

    private ClientExports(ClientSession? session) => _session = session;

    /// <summary>What the engine does.</summary>
    public ImmutableArray<Export> Exports { get; private set; } = [];

    /// <summary>The names that the image gets.</summary>
    public ImmutableArray<Reference> Names { get; private set; } = [];

    /// <summary>Attributes that are not known, with their exporters.</summary>
    public ImmutableArray<string> Unknown { get; private set; } = [];

    /// <summary>Reads what a client asks for.</summary>
    /// <param name="exporters">It.</param>
    /// <param name="session">The client; null when there is none to send files to.</param>
    /// <param name="newDirectory">Makes a directory for files that are sent to the client when the build is done.</param>
    /// <exception cref="UsageException">An exporter or an attribute is not understood.</exception>
    public static ClientExports Open(IReadOnlyList<Exporter> exporters, ClientSession? session, Func<string> newDirectory)
    {
        ClientExports opened = new(session);
        try
        {
            ImmutableArray<Export>.Builder exports = ImmutableArray.CreateBuilder<Export>();
            for (int i = 0; i < exporters.Count; i++)
                exports.AddRange(opened.Read(i, exporters[i], newDirectory));
            opened.Exports = exports.ToImmutable();
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Sends what the client has not got yet.</summary>
    /// <exception cref="UsageException">The client's directory cannot hold what was built.</exception>
    /// <exception cref="IOException">The client does not take it, or is gone.</exception>
    public async Task SendAsync(BuildResult result, CancellationToken ct)
    {
        if (_layout is { } layout)
        {
            if (layout.IsForDocker && result.Index is { Images.Length: > 1 })
                throw new UsageException("type=docker,tar=false: a directory for Docker holds the image of one platform: use type=oci,tar=false, or build for one platform");
            await ClientLayouts.SendAsync(layout.Path, _session!, LayoutStore, ct).ConfigureAwait(false); // there is one, or there would be no layout
        }
        foreach ((int number, string path) in _directories)
            await SessionFileSender.SendDirectoryAsync(_session!, number, path, progress: null, ct).ConfigureAwait(false); // there is one, or it would not be in the list
    }

    /// <summary>What the client is told of the result.</summary>
    public IEnumerable<KeyValuePair<string, string>> Describe(BuildResult result)
    {
        if (result.Descriptor is not { } descriptor)
            yield break;
        yield return KeyValuePair.Create("containerimage.digest", descriptor.Digest.Value);
        if (result.Index is null && result.ImageId is { } id)
            yield return KeyValuePair.Create("containerimage.config.digest", id.Value);
        yield return KeyValuePair.Create("containerimage.descriptor", Convert.ToBase64String(OciJson.Write(descriptor)));
        if (!Names.IsEmpty)
            yield return KeyValuePair.Create("image.name", string.Join(',', Names.Select(static n => n.WithDefaultTag().ToString())));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, string path) in _directories)
            Linux.Files.DirectoryRemoval.Remove(path);
        if (_layout is { Path: var layout })
            Linux.Files.DirectoryRemoval.Remove(layout);
    }

    private IEnumerable<Export> Read(int number, Exporter exporter, Func<string> newDirectory)
    {
        string shown = $"type={exporter.Type}";
        OptionList options = OptionList.Of(exporter.Attrs, $"--output {shown}");
        // What other parts of clients and daemons say to each other.
        foreach (string key in (string[])["source-date-epoch", "prefer-image-digest", "buildinfo", "buildinfo-attrs", "context", "dest", "load"])
            options.Take(key);
        ImmutableArray<Reference> names = options.Take("name") is { Length: > 0 } given ? [.. given.Split(',').Select(References.Parse)] : [];
        Names = [.. Names, .. names.Except(Names)];
        bool isFile = options.TakeFlag("tar", otherwise: true);
        bool isImage = exporter.Type is not ("local" or "tar");
        Export[] exports = exporter.Type switch
        {
            "image" or "moby" => [.. OutputValues.Images(options, names, isStored: true, push: false)],
            "oci" or "docker" when !isFile => [Layout(exporter.Type, names, newDirectory)],
            "oci" => [new Export.OciArchive(FileOf(number, exporter), names)],
            "docker" => [new Export.DockerArchive(FileOf(number, exporter), names)],
            "tar" => [new Export.Tar(FileOf(number, exporter)) { SplitsPlatforms = OutputValues.SplitOf(options), AttestationPrefix = OutputValues.PrefixOf(options, shown) }],
            "local" => [Directory(number, options, shown, newDirectory)],
            "cacheonly" => [],
            _ => throw new UsageException($"exporter \"{exporter.Type}\" could not be found: they are image, oci, docker, local and tar"),
        };
        ImageForm form = ImageForm.Take(options, shown, isImage);
        // As with BuildKit, what is not known does not stop a build.
        Unknown = [.. Unknown, .. options.Left.Select(key => $"{shown}: {key}")];
        return exports.Select(form.ApplyTo);
    }

    private Export.LocalDirectory Directory(int number, OptionList options, string shown, Func<string> newDirectory)
    {
        if (_session is null)
            throw new UsageException($"{shown}: the client is not there to be sent files");
        // Whether others go is for the client to see to.
        OutputValues.RemovesOthers(options, shown);
        string path = newDirectory();
        _directories.Add((number, path));
        return new Export.LocalDirectory(path) { Shown = "a directory of the client", SplitsPlatforms = OutputValues.SplitOf(options), AttestationPrefix = OutputValues.PrefixOf(options, shown) };
    }

    // The client writes the index of its layout itself, from what it is told of the result.
    private Export.OciDirectory Layout(string type, ImmutableArray<Reference> names, Func<string> newDirectory)
    {
        if (_session is null)
            throw new UsageException($"type={type},tar=false: the client is not there to be sent files");
        if (_layout is not null)
            throw new UsageException($"type={type},tar=false: clients take one image layout from a build, and this is another");
        string path = newDirectory();
        _layout = (path, type == "docker");
        return new Export.OciDirectory(path, names) { Shown = "an image layout of the client" };
    }

    private ExportFile FileOf(int number, Exporter exporter)
    {
        if (_session is not { } session)
            throw new UsageException($"type={exporter.Type}: the client is not there to be sent files");
        return ExportFile.By("the client", async (write, ct) =>
        {
            try
            {
                await SessionFileSender.SendStreamAsync(session, number, exporter.Attrs, (stream, _) => write(stream), ct).ConfigureAwait(false);
            }
            catch (RpcException e) when (!ct.IsCancellationRequested)
            {
                throw new IOException(e.Status.Detail, e);
            }
        });
    }
}
