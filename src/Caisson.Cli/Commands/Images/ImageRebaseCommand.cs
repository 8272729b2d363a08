using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Cli.Images;
using Caisson.Engine;
using Caisson.Oci.Editing;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Commands.Images;

/// <summary><c>caisson image rebase</c>.</summary>
internal sealed class ImageRebaseCommand : PlaceCommand
{
    private readonly Option<string?> _oldBase = new("--old-base") { Description = "What the image stands on now. Default: what its annotations org.opencontainers.image.base.name and .digest say", HelpName = "PLACE" };
    private readonly Option<string?> _newBase = new("--new-base") { Description = "What it is to stand on. Default: what the annotation org.opencontainers.image.base.name leads to today", HelpName = "PLACE" };
    private readonly Option<string> _tag = PlaceArguments.Target();
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show the digest only" };
    private readonly Argument<string> _image = PlaceArguments.Image("IMAGE", "Image to put on another base");

    public ImageRebaseCommand(EngineHost host)
        : base(host, "rebase", "Put an image's own layers on another base, without a build")
    {
        Options.Add(_oldBase);
        Options.Add(_newBase);
        Options.Add(_tag);
        Options.Add(_quiet);
        Arguments.Add(_image);
    }

    protected override void Check(ParseResult parsed)
    {
        PlaceArguments.ReadPlace(parsed.GetRequiredValue(_image));
        PlaceArguments.ReadPlace(parsed.GetRequiredValue(_tag));
        foreach (string? place in (string?[])[parsed.GetValue(_oldBase), parsed.GetValue(_newBase)])
        {
            if (place is not null)
                PlaceArguments.ReadPlace(place);
        }
    }

    protected override async Task<int> WorkAsync(PlaceAccess places, ParseResult parsed, CancellationToken ct)
    {
        ImagePlace? given(Option<string?> option) => parsed.GetValue(option) is { } text ? PlaceArguments.ReadPlace(text) : null;
        ImageGraph graph = await places.OpenAsync(PlaceArguments.ReadPlace(parsed.GetRequiredValue(_image)), GraphReading.All, ct);
        EditedGraph edited = await ImageEdit.ApplyAsync(graph, async image =>
        {
            ImagePlace oldPlace = given(_oldBase) ?? OldBaseOf(image);
            ImagePlace newPlace = given(_newBase) ?? NewBaseOf(image);
            PlacedImage oldBase = await places.OpenImageAsync(oldPlace, image.Config.Platform, ct);
            PlacedImage newBase = await places.OpenImageAsync(newPlace, image.Config.Platform, ct);
            return BaseChange.Apply(image, oldBase.Image, newBase.Image, newPlace.PublicName?.WithDefaultTag().WithoutDigest().ToString());
        }, ct);
        await new GraphWriting(places, Environment, parsed.GetValue(_quiet)).WriteAsync(edited, PlaceArguments.ReadPlace(parsed.GetRequiredValue(_tag)), ct);
        return ExitCodes.Success;
    }

    private static ImagePlace.Named OldBaseOf(Image image)
    {
        Reference name = NameOf(image);
        return image.Manifest.Annotations?.GetValueOrDefault(BaseChange.DigestAnnotation) is { } text && Digest.TryParse(text, out Digest? digest)
            ? new ImagePlace.Named(name.WithoutTag().WithDigest(digest))
            : throw Unknown(image, BaseChange.DigestAnnotation);
    }

    private static ImagePlace.Named NewBaseOf(Image image) => new(NameOf(image));

    private static Reference NameOf(Image image) =>
        image.Manifest.Annotations?.GetValueOrDefault(BaseChange.NameAnnotation) is { } text && Reference.TryParse(text, out Reference? name, out _)
            ? name
            : throw Unknown(image, BaseChange.NameAnnotation);

    private static TransferException Unknown(Image image, string annotation) =>
        new(TransferProblem.UnknownBase, $"the image for {image.Config.Platform} has no annotation {annotation} that says what its base is");
}
