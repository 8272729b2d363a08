using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Oci.Layout;

/// <summary>The names of images in a layout's index, as pure edits of it.</summary>
/// <remarks>
/// image-spec v1.1.1, annotations.md and image-layout.md, "index.json file". We write the whole canonical reference; other tools write
/// the tag alone, or containerd's annotation.
/// </remarks>
internal static class LayoutNames
{
    public const string RefName = "org.opencontainers.image.ref.name";
    public const string ContainerdName = "io.containerd.image.name";

    /// <summary>How a reference is spelled in the index: with its tag, or with its digest when it has none.</summary>
    public static string Of(Reference reference)
    {
        Reference named = reference.WithDefaultTag();
        return (named.Tag is null ? named : named.WithoutDigest()).ToString();
    }

    /// <summary>The name of an entry; null when it has none.</summary>
    public static string? Of(Descriptor entry) =>
        entry.Annotations?.GetValueOrDefault(ContainerdName) ?? entry.Annotations?.GetValueOrDefault(RefName);

    /// <summary>The entries that a reference stands for: those of its digest, else of its full name, else of its tag alone.</summary>
    public static ImmutableArray<Descriptor> Find(ImageIndex index, Reference reference)
    {
        if (reference.Digest is { } digest)
            return [.. index.Manifests.Where(m => m.Digest == digest)];
        string full = Of(reference);
        ImmutableArray<Descriptor> byName = [.. index.Manifests.Where(m => Has(m, ContainerdName, full) || Has(m, RefName, full))];
        return byName.Length > 0 ? byName : [.. index.Manifests.Where(m => Of(m) == (reference.Tag ?? "latest"))];
    }

    /// <summary>The entries with exactly this <c>org.opencontainers.image.ref.name</c>.</summary>
    public static ImmutableArray<Descriptor> FindExact(ImageIndex index, string refName) => [.. index.Manifests.Where(m => Has(m, RefName, refName))];

    /// <summary>The index with a name given to a manifest; it is taken from whatever had it. Without a name the manifest is just listed.</summary>
    public static ImageIndex Add(ImageIndex index, Descriptor manifest, Reference? name)
    {
        bool isListed = index.Manifests.Any(m => m.Digest == manifest.Digest);
        if (name is null)
            return isListed ? index : index with { Manifests = index.Manifests.Add(manifest with { Annotations = null }) };
        string full = Of(name);
        Descriptor entry = manifest with
        {
            Annotations = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add(RefName, full).Add(ContainerdName, full),
        };
        if (IsNamed(index, entry, full))
            return index;
        ImmutableArray<Descriptor> others = [.. index.Manifests.Where(m => Of(m) != full && !(Of(m) is null && m.Digest == manifest.Digest))];
        return index with { Manifests = others.Add(entry) };
    }

    // Whether the manifest has the name, alone, and is not listed without one beside.
    private static bool IsNamed(ImageIndex index, Descriptor entry, string full)
    {
        int same = 0;
        foreach (Descriptor listed in index.Manifests)
        {
            string? name = Of(listed);
            if (name == full)
            {
                if (listed.Digest != entry.Digest || listed.MediaType != entry.MediaType || listed.Size != entry.Size || !Has(listed, RefName, full) || !Has(listed, ContainerdName, full))
                    return false;
                same++;
            }
            else if (name is null && listed.Digest == entry.Digest)
            {
                return false;
            }
        }
        return same == 1;
    }

    /// <summary>The index without a name, and without the manifest unless it has another name.</summary>
    public static ImageIndex Remove(ImageIndex index, Reference name)
    {
        ImmutableArray<Descriptor> found = Find(index, name);
        return index with { Manifests = [.. index.Manifests.Where(m => !found.Contains(m))] };
    }

    private static bool Has(Descriptor entry, string annotation, string value) => entry.Annotations?.GetValueOrDefault(annotation) == value;
}
