using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Images;

/// <summary>What people call an entry of an index.</summary>
internal static class EntryName
{
    /// <summary>Its platform, or what it speaks of.</summary>
    public static string Of(Descriptor entry, ImageIndex index)
    {
        if (!ImageKinds.IsBeside(entry))
            return entry.Platform is { } platform ? Shown.Line(platform.ToString()) : MediaTypes.IsIndex(entry.MediaType) ? "index" : "unknown";
        string? subject = entry.Annotations?.GetValueOrDefault(ImageKinds.SubjectAnnotation);
        Platform? about = subject is null ? null : index.Manifests.FirstOrDefault(m => m.Digest.Value == subject)?.Platform;
        string kind = entry.Annotations?.GetValueOrDefault(ImageKinds.TypeAnnotation) == "attestation-manifest" ? "attestation" : "artifact";
        return about is null ? kind : $"{kind} ({Shown.Line(about.ToString())})";
    }
}
