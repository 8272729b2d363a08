using Caisson.Engine.Planning;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources.Contexts;

/// <summary>Opens an image of an OCI image layout as a context.</summary>
internal static class LayoutContext
{
    /// <summary>An image of a layout, by the name that stands for it.</summary>
    public static ResolvedImage Resolved(Image image) => new(Reference.Parse(ImageInput.LayoutRegistry + "/image").WithDigest(image.Descriptor.Digest), image);

    /// <summary>Opens one.</summary>
    /// <param name="value"><c>path[:tag][@digest]</c>.</param>
    /// <param name="platform">The platform to choose, where there are several.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">There is no such layout, or no such image in it.</exception>
    public static async Task<ResolvedImage> OpenAsync(string value, Platform platform, CancellationToken ct)
    {
        string rest = value;
        Digest? digest = null;
        if (rest.LastIndexOf('@') is int at and > 0 && Digest.TryParse(rest[(at + 1)..], out digest))
            rest = rest[..at];
        string? tag = null;
        if (rest.LastIndexOf(':') is int colon && colon > rest.LastIndexOf('/'))
            (rest, tag) = (rest[..colon], rest[(colon + 1)..]);
        try
        {
            OciLayout layout = await OciLayout.OpenAsync(rest, options: null, ct).ConfigureAwait(false);
            ImageIndex index = await layout.ReadIndexAsync(ct).ConfigureAwait(false);
            Descriptor? named = digest is not null ? index.Manifests.FirstOrDefault(m => m.Digest == digest)
                : tag is not null ? await layout.FindByRefNameAsync(tag, ct).ConfigureAwait(false)
                : null;
            if ((digest is not null || tag is not null) && named is null)
                throw new BuildException(EngineCodes.ImageNotFound, $"the layout {rest} has no image {value[(rest.Length + 1)..]}");
            Image image = named is null ? await layout.GetOnlyImageAsync(platform, ct).ConfigureAwait(false) : await layout.GetImageAsync(named, platform, ct).ConfigureAwait(false);
            return Resolved(image);
        }
        catch (Exception e) when (e is IOException or InvalidImageException)
        {
            throw new BuildException(EngineCodes.ImageNotFound, e.Message, hint: null, e);
        }
    }
}
