using System.Globalization;
using Caisson.Linux.Native;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Imaging;

/// <summary>How a layer that was built becomes a blob.</summary>
/// <param name="Compression">Of the blob.</param>
/// <param name="Time">The time that files from build contexts carry, and that no other file's time may be later than.</param>
internal sealed record BlobForm(Compression Compression, FileTime Time)
{
    /// <summary>Whether files that a step made keep times later than <see cref="Time"/>.</summary>
    public bool KeepsTimes { get; init; }

    /// <summary>The media type of such a blob.</summary>
    public string MediaType => Compression == Compression.None ? MediaTypes.OciLayer : MediaTypes.OciLayerGzip;

    /// <summary>A name for the form, fit for a file: equal forms of one layer are one blob.</summary>
    public string Name
    {
        get
        {
            string codec = Compression == Compression.None ? "tar" : GzipEncoderStream.Codec.Replace('/', '-');
            return string.Create(CultureInfo.InvariantCulture, $"blob-{codec}-{(KeepsTimes ? "keep" : "clamp")}-{Time.Seconds}");
        }
    }

    /// <summary>The time that an entry carries in the blob.</summary>
    public FileTime TimeOf(FileTime? modified) => modified is not { } own ? Time : KeepsTimes ? own : own.NoLaterThan(Time);
}
