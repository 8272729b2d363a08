using System.Collections.Immutable;
using Caisson.Engine.Imaging;
using Caisson.Oci.Model;

namespace Caisson.Engine.Exporting;

/// <summary>A result for one platform, ready to become whatever is asked for.</summary>
/// <param name="Platform">The platform.</param>
/// <param name="Config">The configuration of its image, but for the layers.</param>
/// <param name="Files">Its files.</param>
/// <param name="Form">How its layers become blobs.</param>
internal sealed record Exportable(Platform Platform, ImageConfig Config, FilesystemState Files, BlobForm Form)
{
    /// <summary>The same as an export wants it.</summary>
    public Exportable As(Export export)
    {
        Exportable formed = this with { Form = Form with { Compression = export.Compression } };
        if (!export.RewritesTimestamps)
            return formed;
        return formed with { Form = formed.Form with { RewritesImages = true, KeepsTimes = false }, Config = Clamped(Config, DateTimeOffset.FromUnixTimeSeconds(Form.Time.Seconds)) };
    }

    // A time that is not known stays unknown.
    private static ImageConfig Clamped(ImageConfig config, DateTimeOffset time)
    {
        ImmutableArray<HistoryEntry>? history = config.History is { } entries
            ? [.. entries.Select(e => e.Created > time ? e with { Created = time } : e)]
            : null;
        return config with { Created = config.Created > time ? time : config.Created, History = history };
    }
}
