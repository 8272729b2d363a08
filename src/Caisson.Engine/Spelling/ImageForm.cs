using System.Collections.Immutable;
using Caisson.Engine.Exporting;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Spelling;

/// <summary>The options of an output that say what its image is like.</summary>
public sealed record ImageForm
{
    private LayerCompression Compression { get; init; } = LayerCompression.Default;

    private bool RewritesTimestamps { get; init; }

    private ImmutableArray<Annotation> Annotations { get; init; } = [];

    private bool UsesDockerTypes { get; init; }

    private bool KeepsNondistributable { get; init; }

    /// <summary>Takes them out of the options of an output.</summary>
    /// <param name="options">The options.</param>
    /// <param name="value">How they were written.</param>
    /// <param name="isImage">Whether the output is an image.</param>
    /// <exception cref="UsageException">One is not understood, or does not go with another.</exception>
    public static ImageForm Take(OptionList options, string value, bool isImage)
    {
        // What attestations are stored as; without any there is nothing to say.
        foreach (string option in (string[])["oci-artifact", "attestation-inline", "attestation-prefix"])
            options.Take(option);
        if (!isImage)
            return new ImageForm();
        ImageForm form = new()
        {
            Compression = CompressionOptions.Take(options, $"--output {value}"),
            Annotations = OutputAnnotations.Take(options, value),
            UsesDockerTypes = !options.TakeFlag("oci-mediatypes", otherwise: true),
            KeepsNondistributable = options.TakeFlag("prefer-nondist-layers"),
            RewritesTimestamps = options.TakeFlag("rewrite-timestamp"),
        };
        if (form is { UsesDockerTypes: true, Annotations.IsEmpty: false })
            throw new UsageException($"--output {value}: images in Docker's media types have no annotations: leave oci-mediatypes=false away");
        if (form is { UsesDockerTypes: true, Compression.Codec: LayerCodec.Stargz })
            throw new UsageException($"--output {value}: the layers of an eStargz image have annotations, and in Docker's media types there are none: leave oci-mediatypes=false away");
        return form;
    }

    /// <summary>An output with this form.</summary>
    public Export ApplyTo(Export export) => export with
    {
        Compression = Compression,
        RewritesTimestamps = RewritesTimestamps,
        Annotations = Annotations,
        UsesDockerTypes = UsesDockerTypes,
        KeepsNondistributable = KeepsNondistributable,
    };
}
