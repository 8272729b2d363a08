using System.Buffers;
using System.Collections.Immutable;
using Caisson.Engine;
using Caisson.Engine.Exporting;
using Caisson.Linux.Files;
using Caisson.Oci.Model;

namespace Caisson.Cli.Commands;

/// <summary>The values of <c>--output</c>, in the spelling of <c>docker buildx build</c>.</summary>
/// <remarks>A list of <c>key=value</c> separated by commas; a value may be quoted. A value without <c>=</c> is a directory, <c>-</c> a tar on standard output.</remarks>
internal static class OutputOptions
{
    private static readonly string[] Types = ["image", "registry", "oci", "docker", "containers-storage", "local", "tar", "cacheonly"];

    // What divides the parts of a storage's name.
    private static readonly SearchValues<char> StorageMarks = SearchValues.Create("[]@+:=,");

    /// <summary>What the options ask for. Without any, the image goes to the local store.</summary>
    /// <exception cref="UsageException">An option is not understood.</exception>
    public static ImmutableArray<Export> Read(IEnumerable<string> values, ImmutableArray<Reference> names, bool push) => Read(values, names, push, load: false, static _ => "");

    /// <summary>What the options ask for. Without any, the image goes to the local store.</summary>
    /// <param name="values">The values of <c>--output</c>.</param>
    /// <param name="names">The names of the image.</param>
    /// <param name="push">Whether it goes to the registries of its names as well.</param>
    /// <param name="load">Whether it goes to a Docker engine as well.</param>
    /// <param name="socketOf">The socket of the engine of a docker context; of null, of the usual one.</param>
    /// <exception cref="UsageException">An option is not understood.</exception>
    public static ImmutableArray<Export> Read(IEnumerable<string> values, ImmutableArray<Reference> names, bool push, bool load, Func<string?, string> socketOf)
    {
        ImmutableArray<Export>.Builder exports = ImmutableArray.CreateBuilder<Export>();
        bool isAsked = false;
        foreach (string value in values)
        {
            isAsked = true;
            exports.AddRange(ReadOne(value, names, push, socketOf));
        }
        if (!isAsked || ((push || load) && !exports.Any(static e => e is Export.Store or Export.Registry)))
            exports.Insert(0, new Export.Store(names));
        if (push && !exports.Any(static e => e is Export.Registry))
            exports.AddRange(OutputValues.Registries(names));
        if (load)
            exports.Add(new Export.DockerEngine(socketOf(null), names));
        return exports.ToImmutable();
    }

    private static IEnumerable<Export> ReadOne(string value, ImmutableArray<Reference> names, bool push, Func<string?, string> socketOf)
    {
        if (value == "-")
            return [new Export.Tar(StandardOutput())];
        if (!value.Contains('=', StringComparison.Ordinal))
            return [new Export.LocalDirectory(value)];
        OptionList options = OptionList.Parse(value, "--output");
        ImmutableArray<Reference> own = options.Take("name") is { } given ? [.. given.Split(',').Select(References.Parse)] : names;
        string type = options.Take("type") ?? throw new UsageException($"--output {value}: type= is missing; it is one of {string.Join(", ", Types)}");
        string? destination = options.Take("dest");
        if (destination?.Length == 0)
            throw new UsageException($"--output {value}: dest= is empty");
        Export[] exports = type switch
        {
            "image" => [.. OutputValues.Images(options, own, isStored: true, push)],
            "registry" => [.. OutputValues.Images(options, own, isStored: false, push)],
            "oci" when !options.TakeFlag("tar", otherwise: true) => [new Export.OciDirectory(destination ?? throw Missing(value), own)],
            "oci" => [new Export.OciArchive(FileAt(destination), own)],
            "docker" when destination is null => [new Export.DockerEngine(socketOf(options.Take("context")), own)],
            "docker" => [new Export.DockerArchive(FileAt(destination), own)],
            "containers-storage" => [StorageOf(options, own, value)],
            "local" => [new Export.LocalDirectory(destination ?? throw Missing(value)) { SplitsPlatforms = OutputValues.SplitOf(options), RemovesOthers = OutputValues.RemovesOthers(options, value), AttestationPrefix = OutputValues.PrefixOf(options, value) }],
            "tar" => [new Export.Tar(FileAt(destination)) { SplitsPlatforms = OutputValues.SplitOf(options), AttestationPrefix = OutputValues.PrefixOf(options, value) }],
            "cacheonly" => [],
            _ => throw new UsageException($"--output {value}: \"{type}\" is no type of output; they are {string.Join(", ", Types)}"),
        };
        ImageForm form = ImageForm.Take(options, value, isImage: type is not ("local" or "tar" or "cacheonly"));
        options.RequireEmpty();
        return exports.Select(form.ApplyTo);
    }

    /// <summary>Keeps <c>mode=delete</c> from what the user works with: a directory that others are in, or that the build reads or writes.</summary>
    /// <param name="request">The build.</param>
    /// <param name="statePath">Where the store is.</param>
    /// <exception cref="UsageException">An output would remove them.</exception>
    public static void RefuseToRemove(BuildRequest request, string statePath)
    {
        foreach (Export.LocalDirectory local in request.Exports.OfType<Export.LocalDirectory>().Where(static l => l.RemovesOthers))
        {
            foreach ((string path, string what) in InUse(request, statePath))
            {
                if (Holds(local.Path, File.Exists(path) ? Path.GetDirectoryName(Path.GetFullPath(path))! : path)) // a file is in a directory
                    throw new UsageException($"--output type=local,dest={local.Path},mode=delete would remove {what}: name a directory of its own");
            }
        }
    }

    // What is elsewhere, such as in the web, is no path that there is.
    private static IEnumerable<(string Path, string What)> InUse(BuildRequest request, string statePath)
    {
        const string layout = "oci-layout://";
        yield return (".", "the directory that caisson is started in, with all that is in it");
        yield return (request.Context.Location, "the build context");
        if (request.DockerfilePath is { } file)
            yield return (file, "the Dockerfile");
        foreach ((string name, string value) in request.NamedContexts)
            yield return (value.StartsWith(layout, StringComparison.Ordinal) ? value[layout.Length..].Split(':', '@')[0] : value, $"the build context {name}");
        yield return (statePath, "the image store");
        foreach (CacheLocation location in request.CacheExports.Select(static e => e.Location).Concat(request.CacheImports.Select(static i => i.Location)))
        {
            if (location is CacheLocation.Directory cache)
                yield return (cache.Path, $"the shared cache {cache.Path}");
        }
    }

    // Whether a directory is another one, or one above it; links do not hide it.
    private static bool Holds(string directory, string other) =>
        RealPath.Find(directory) is { } holder && (holder == RealPath.Find(other) || RealPath.FindBelow(other, holder) is not null);

    private static Export.ContainersStorage StorageOf(OptionList options, ImmutableArray<Reference> names, string value)
    {
        string? root = PathOf("root");
        string? runRoot = PathOf("runroot");
        if (runRoot is not null && root is null)
            throw new UsageException($"--output {value}: runroot= goes with root=");
        return new Export.ContainersStorage(names) { Root = root, RunRoot = runRoot, Driver = options.Take("driver") is { } driver ? Plain("driver", driver) : null };

        string? PathOf(string key) => options.Take(key) is { } path ? Plain(key, Path.GetFullPath(path)) : null;

        string Plain(string key, string text) => text.Length > 0 && text.AsSpan().IndexOfAny(StorageMarks) < 0
            ? text
            : throw new UsageException($"--output {value}: {key}= cannot be empty or have one of []@+:=, in it");
    }

    private static ExportFile FileAt(string? destination) => destination is null or "-" ? StandardOutput() : ExportFile.At(destination);

    private static ExportFile StandardOutput() => Console.IsOutputRedirected
        ? ExportFile.To(Console.OpenStandardOutput())
        : throw new UsageException("a tar is not written to a terminal: give dest=FILE, or redirect standard output");

    private static UsageException Missing(string value) => new($"--output {value}: dest= is missing");
}
