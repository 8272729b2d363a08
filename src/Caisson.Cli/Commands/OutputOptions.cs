using System.Collections.Immutable;
using Caisson.Engine.Exporting;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Cli.Commands;

/// <summary>The values of <c>--output</c>, in the spelling of <c>docker buildx build</c>.</summary>
/// <remarks>A list of <c>key=value</c> separated by commas; a value may be quoted. A value without <c>=</c> is a directory, <c>-</c> a tar on standard output.</remarks>
internal static class OutputOptions
{
    private static readonly string[] Types = ["image", "registry", "oci", "docker", "local", "tar", "cacheonly"];

    /// <summary>What the options ask for. Without any, the image goes to the local store.</summary>
    /// <exception cref="UsageException">An option is not understood.</exception>
    public static ImmutableArray<Export> Read(IEnumerable<string> values, ImmutableArray<Reference> names, bool push)
    {
        ImmutableArray<Export>.Builder exports = ImmutableArray.CreateBuilder<Export>();
        bool isAsked = false;
        foreach (string value in values)
        {
            isAsked = true;
            exports.AddRange(ReadOne(value, names));
        }
        if (!isAsked || (push && !exports.Any(static e => e is Export.Store or Export.Registry)))
            exports.Insert(0, new Export.Store(names));
        if (push)
            exports.AddRange(Registries(names));
        return exports.ToImmutable();
    }

    private static IEnumerable<Export> ReadOne(string value, ImmutableArray<Reference> names)
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
            "image" when options.TakeFlag("push") => [new Export.Store(own), .. Registries(own)],
            "image" => [new Export.Store(own)],
            "registry" => [.. Registries(own)],
            "oci" when !options.TakeFlag("tar", otherwise: true) => [new Export.OciDirectory(destination ?? throw Missing(value), own)],
            "oci" => [new Export.OciArchive(FileAt(destination), own)],
            "docker" => [new Export.DockerArchive(FileAt(destination), own)],
            "local" => [new Export.LocalDirectory(destination ?? throw Missing(value))],
            "tar" => [new Export.Tar(FileAt(destination))],
            "cacheonly" => [],
            _ => throw new UsageException($"--output {value}: \"{type}\" is no type of output; they are {string.Join(", ", Types)}"),
        };
        Compression compression = CompressionOf(options.Take("compression"), value);
        options.RequireEmpty();
        return exports.Select(e => e with { Compression = compression });
    }

    private static IEnumerable<Export> Registries(ImmutableArray<Reference> names) =>
        names.IsEmpty ? throw new UsageException("to push an image it needs a name: -t REGISTRY/NAME:TAG") : names.Select(static n => new Export.Registry(n.WithDefaultTag()));

    private static Compression CompressionOf(string? text, string value) => text switch
    {
        null or "gzip" => Compression.Gzip,
        "uncompressed" => Compression.None,
        "zstd" or "estargz" => throw new UsageException($"--output {value}: compression={text} is not supported yet"),
        _ => throw new UsageException($"--output {value}: \"{text}\" is no compression; they are gzip and uncompressed"),
    };

    private static ExportFile FileAt(string? destination) => destination is null or "-" ? StandardOutput() : ExportFile.At(destination);

    private static ExportFile StandardOutput() => Console.IsOutputRedirected
        ? ExportFile.To(Console.OpenStandardOutput())
        : throw new UsageException("a tar is not written to a terminal: give dest=FILE, or redirect standard output");

    private static UsageException Missing(string value) => new($"--output {value}: dest= is missing");
}
