using System.Collections.Immutable;
using Caisson.Engine.Exporting;
using Caisson.Oci.Model;

namespace Caisson.Engine.Spelling;

/// <summary>Annotations of images, as <c>--output</c> and <c>--annotation</c> spell them.</summary>
/// <remarks>
/// BuildKit's exporter options <c>annotation[-LEVEL][[PLATFORM]].KEY</c>, and buildx's <c>--annotation [LEVEL[[PLATFORM]][,LEVEL…]:]KEY=VALUE</c>.
/// </remarks>
public static class OutputAnnotations
{
    /// <summary>What the keys of an output begin with that are annotations.</summary>
    public const string Prefix = "annotation";

    private const string Levels = "manifest, index, manifest-descriptor and index-descriptor";

    /// <summary>Those of an output, which are taken out.</summary>
    /// <exception cref="UsageException">One is not understood.</exception>
    public static ImmutableArray<Annotation> Take(OptionList options, string value)
    {
        ImmutableArray<Annotation>.Builder annotations = ImmutableArray.CreateBuilder<Annotation>();
        foreach ((string option, string text) in options.TakeAll(Prefix))
        {
            int dot = DotOf(option);
            if (dot < 0 || dot == option.Length - 1)
                throw new UsageException($"--output {value}: \"{option}\" names no annotation: write {Prefix}.KEY=VALUE");
            string where = option[Prefix.Length..dot];
            if (where.StartsWith('-'))
                where = where[1..];
            annotations.Add(ReadLevel(where, $"--output {value}") with { Key = option[(dot + 1)..], Value = text });
        }
        return annotations.ToImmutable();
    }

    /// <summary>Those of <c>--annotation</c>.</summary>
    /// <exception cref="UsageException">One is not understood.</exception>
    public static ImmutableArray<Annotation> Read(IEnumerable<string> values)
    {
        ImmutableArray<Annotation>.Builder annotations = ImmutableArray.CreateBuilder<Annotation>();
        foreach (string value in values)
        {
            int equals = value.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                throw new UsageException($"--annotation {value}: write KEY=VALUE, or LEVEL:KEY=VALUE");
            string key = value[..equals];
            // A key may have colons itself, but no level does.
            int colon = key.IndexOf(':', StringComparison.Ordinal);
            string[] levels = colon < 0 ? [""] : key[..colon].Split(',');
            key = key[(colon + 1)..];
            if (key.Length == 0)
                throw new UsageException($"--annotation {value}: the annotation has no name");
            foreach (string level in levels)
                annotations.Add(ReadLevel(level, $"--annotation {value}") with { Key = key, Value = value[(equals + 1)..] });
        }
        return annotations.ToImmutable();
    }

    /// <summary>The exports that are images, with the annotations of <c>--annotation</c> before their own.</summary>
    /// <exception cref="UsageException">One is not understood, or there is no image that could have it.</exception>
    public static ImmutableArray<Export> AddTo(ImmutableArray<Export> exports, IReadOnlyCollection<string> values)
    {
        if (values.Count == 0)
            return exports;
        ImmutableArray<Annotation> annotations = Read(values);
        if (exports.FirstOrDefault(static e => e is { IsImage: true, UsesDockerTypes: true }) is not null)
            throw new UsageException("--annotation: images in Docker's media types have no annotations: leave oci-mediatypes=false away");
        if (!exports.Any(static e => e.IsImage))
            throw new UsageException("--annotation: no output is an image");
        return [.. exports.Select(e => e.IsImage ? e with { Annotations = [.. annotations, .. e.Annotations] } : e)];
    }

    // The first that is not within the brackets of a platform.
    private static int DotOf(string option)
    {
        int open = option.IndexOf('[', StringComparison.Ordinal);
        int dot = option.IndexOf('.', StringComparison.Ordinal);
        return open >= 0 && open < dot ? option.IndexOf("].", StringComparison.Ordinal) is int close and >= 0 ? close + 1 : -1 : dot;
    }

    private static Annotation ReadLevel(string text, string option)
    {
        Platform? platform = null;
        if (text.EndsWith(']') && text.IndexOf('[', StringComparison.Ordinal) is int open and >= 0)
        {
            if (!Platform.TryParse(text[(open + 1)..^1], out platform))
                throw new UsageException($"{option}: \"{text[(open + 1)..^1]}\" is no platform such as linux/arm64");
            text = text[..open];
        }
        AnnotationLevel level = text switch
        {
            "" or "manifest" => AnnotationLevel.Manifest,
            "index" => AnnotationLevel.Index,
            "manifest-descriptor" => AnnotationLevel.ManifestDescriptor,
            "index-descriptor" => AnnotationLevel.IndexDescriptor,
            _ => throw new UsageException($"{option}: \"{text}\" is no place for an annotation; they are {Levels}"),
        };
        if (platform is not null && level is AnnotationLevel.Index or AnnotationLevel.IndexDescriptor)
            throw new UsageException($"{option}: an index is for all platforms, and its annotations name none");
        return new Annotation(level, platform, "", "");
    }
}
