using System.Collections.Immutable;
using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Cli.Images;
using Caisson.Engine;
using Caisson.Oci.Editing;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Commands.Images;

/// <summary><c>caisson image cp</c>.</summary>
internal sealed class ImageCopyCommand : PlaceCommand
{
    private readonly Option<bool> _all = new("--all", "-a") { Description = "Copy the images for all platforms. This is the default; the option is for scripts that know skopeo" };
    private readonly Option<string[]> _platforms = PlaceArguments.Platforms("Copy the images for these platforms only: one as itself, several under an index of their own. Default: everything as it is");
    private readonly Option<bool> _referrers = new("--referrers") { Description = "Copy also what refers to the images: signatures, bills of materials" };
    private readonly Option<string?> _format = new("--format") { Description = "Write manifests and indexes in this format. Default: as they are", HelpName = "oci|docker" };
    private readonly Option<bool> _preserve = new("--preserve-digests") { Description = "Fail rather than write anything with another digest" };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show the digest only" };
    private readonly Argument<string> _source = PlaceArguments.Image("SOURCE", "Image to copy");
    private readonly Argument<string> _target = new("TARGET") { Description = $"Where it goes: {PlaceArguments.Forms}. A NAME alone is one of the store" };

    public ImageCopyCommand(EngineHost host)
        : base(host, "cp", "Copy an image from one place to another as it is: all platforms, every digest kept")
    {
        Options.Add(_all);
        Options.Add(_platforms);
        Options.Add(_referrers);
        Options.Add(_format);
        Options.Add(_preserve);
        Options.Add(_quiet);
        Arguments.Add(_source);
        Arguments.Add(_target);
    }

    protected override void Check(ParseResult parsed)
    {
        if (parsed.GetValue(_all) && parsed.GetValue(_platforms) is { Length: > 0 })
            throw new UsageException("--all and --platform exclude each other");
        PlaceArguments.ReadPlace(parsed.GetRequiredValue(_source));
        PlaceArguments.ReadPlace(parsed.GetRequiredValue(_target));
        PlatformOption.ReadAll(parsed.GetValue(_platforms) ?? []);
        FormatOf(parsed);
    }

    protected override async Task<int> WorkAsync(PlaceAccess places, ParseResult parsed, CancellationToken ct)
    {
        ImagePlace source = PlaceArguments.ReadPlace(parsed.GetRequiredValue(_source));
        ImagePlace target = PlaceArguments.ReadPlace(parsed.GetRequiredValue(_target));
        ImmutableArray<Platform> platforms = PlatformOption.ReadAll(parsed.GetValue(_platforms) ?? []);
        ImageGraph graph = await places.OpenAsync(source, new GraphReading { WithReferrers = parsed.GetValue(_referrers) }, ct);
        ImageGraph selected = platforms.IsEmpty ? graph : await PlatformSelection.SelectAsync(graph, platforms, ct);
        EditedGraph copied = FormatOf(parsed) is { } format ? FormatConversion.Convert(selected, format) : new EditedGraph(selected, []);
        if (parsed.GetValue(_preserve) && graph.Find(copied.Graph.Root.Digest) is null)
            throw new BuildException(EngineCodes.DigestWouldChange, $"{source} is {graph.Root.Digest}, the copy would be {copied.Graph.Root.Digest}", "leave out what changes manifests: --format, several --platform, --preserve-digests");
        await new GraphWriting(places, Environment, parsed.GetValue(_quiet)).WriteAsync(copied, target, ct);
        return ExitCodes.Success;
    }

    private ImageFormat? FormatOf(ParseResult parsed) => parsed.GetValue(_format) switch
    {
        null => null,
        "oci" => ImageFormat.Oci,
        "docker" => ImageFormat.Docker,
        string other => throw new UsageException($"--format={other}: write oci or docker"),
    };
}
