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

    /// <summary>The name of an entry as one that an image can have: containerd's, else that of the specification; null for a tag alone, which names no repository.</summary>
    public static Reference? ReferenceOf(Descriptor entry)
    {
        string? text = entry.Annotations?.GetValueOrDefault(ContainerdName)
            ?? (entry.Annotations?.GetValueOrDefault(RefName) is { } refName && refName.AsSpan().ContainsAny('/', ':') ? refName : null);
        return text is not null && Reference.TryParse(text, out Reference? name, out _) ? name.WithDefaultTag() : null;
    }

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
            return isListed ? SayOf(index, manifest) : index with { Manifests = index.Manifests.Add(manifest with { Annotations = WithoutNames(manifest) }) };
        string full = Of(name);
        ImmutableSortedDictionary<string, string> others = WithoutNames(manifest) ?? ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
        Descriptor entry = manifest with { Annotations = others.SetItem(RefName, full).SetItem(ContainerdName, full) };
        if (IsNamed(index, entry, full))
            return index;
        ImmutableArray<Descriptor> rest = [.. index.Manifests.Where(m => Of(m) != full && !(Of(m) is null && m.Digest == manifest.Digest))];
        return index with { Manifests = rest.Add(entry) };
    }

    /// <summary>The index with exactly this <c>org.opencontainers.image.ref.name</c> given to a manifest; it is taken from whatever had it.</summary>
    public static ImageIndex AddExact(ImageIndex index, Descriptor manifest, string? refName)
    {
        if (refName is null)
            return Add(index, manifest, null);
        Descriptor entry = manifest with { Annotations = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add(RefName, refName) };
        ImmutableArray<Descriptor> others = [.. index.Manifests.Where(m => !Has(m, RefName, refName) && !(Of(m) is null && m.Digest == manifest.Digest))];
        return index with { Manifests = others.Add(entry) };
    }

    /// <summary>For messages: some of the names that there are.</summary>
    public static string Offer(ImageIndex index)
    {
        string[] names = [.. index.Manifests.Select(Of).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(8)];
        return names.Length == 0 ? "" : $"; it has {string.Join(", ", names)}";
    }

    // What is listed without a name says what was said last, unless nothing was.
    private static ImageIndex SayOf(ImageIndex index, Descriptor manifest)
    {
        if (WithoutNames(manifest) is not { } said || index.Manifests.FirstOrDefault(m => m.Digest == manifest.Digest && Of(m) is null) is not { } listed)
            return index;
        Descriptor entry = listed with { Annotations = said };
        return SaysTheSame(listed, entry) ? index : index with { Manifests = index.Manifests.Replace(listed, entry) };
    }

    // Null when there is nothing else.
    private static ImmutableSortedDictionary<string, string>? WithoutNames(Descriptor manifest) =>
        manifest.Annotations?.Remove(RefName).Remove(ContainerdName) is { IsEmpty: false } others ? others : null;

    // Whether the manifest has the name, alone, and is not listed without one beside.
    private static bool IsNamed(ImageIndex index, Descriptor entry, string full)
    {
        int same = 0;
        foreach (Descriptor listed in index.Manifests)
        {
            string? name = Of(listed);
            if (name == full)
            {
                if (listed.Digest != entry.Digest || listed.MediaType != entry.MediaType || listed.Size != entry.Size || !SaysTheSame(listed, entry))
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

    private static bool SaysTheSame(Descriptor listed, Descriptor entry)
    {
        if (listed.Annotations?.Count != entry.Annotations?.Count)
            return false;
        foreach ((string key, string value) in entry.Annotations ?? ImmutableSortedDictionary<string, string>.Empty)
        {
            if (!Has(listed, key, value))
                return false;
        }
        return true;
    }

    /// <summary>The index without a name, and without the manifest unless it has another name.</summary>
    public static ImageIndex Remove(ImageIndex index, Reference name)
    {
        ImmutableArray<Descriptor> found = Find(index, name);
        return index with { Manifests = [.. index.Manifests.Where(m => !found.Contains(m))] };
    }

    private static bool Has(Descriptor entry, string annotation, string value) => entry.Annotations?.GetValueOrDefault(annotation) == value;
}
