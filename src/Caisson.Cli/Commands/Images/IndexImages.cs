using System.Collections.Immutable;
using System.CommandLine;
using Caisson.Engine;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Commands.Images;

/// <summary>An index and the images that go into it, with the options about both.</summary>
internal sealed class IndexImages
{
    private readonly Option<string[]> _annotations = PlaceArguments.Annotations();
    private readonly Option<string[]> _platforms = PlaceArguments.Platforms("Take only these platforms of images for several. Default: all");
    private readonly Argument<string> _index;
    private readonly Argument<string[]> _images;

    /// <summary>Adds them to a command.</summary>
    public IndexImages(Command command, Argument<string> index, string images)
    {
        _index = index;
        _images = new Argument<string[]>("IMAGE") { Description = $"{images}: {PlaceArguments.Forms}; of an index all that it names", Arity = ArgumentArity.OneOrMore };
        command.Options.Add(_annotations);
        command.Options.Add(_platforms);
        command.Arguments.Add(_index);
        command.Arguments.Add(_images);
    }

    /// <exception cref="UsageException">One of them cannot be read.</exception>
    public void Check(ParseResult parsed)
    {
        Index(parsed);
        foreach (string image in parsed.GetRequiredValue(_images))
            PlaceArguments.ReadPlace(image);
        PlatformOption.ReadAll(parsed.GetValue(_platforms) ?? []);
        Annotations(parsed);
    }

    /// <summary>Where the index is, or goes.</summary>
    public ImagePlace Index(ParseResult parsed) => PlaceArguments.ReadPlace(parsed.GetRequiredValue(_index));

    /// <summary>The index's annotations; null when there are none.</summary>
    public ImmutableSortedDictionary<string, string>? Annotations(ParseResult parsed) => PlaceArguments.ReadAnnotations(parsed.GetValue(_annotations));

    /// <summary>The images, in their order.</summary>
    public Task<ImmutableArray<ImageGraph>> OpenAsync(PlaceAccess places, ParseResult parsed, CancellationToken ct) =>
        SourceImages.OpenAsync(places, parsed.GetRequiredValue(_images), PlatformOption.ReadAll(parsed.GetValue(_platforms) ?? []), ct);
}
