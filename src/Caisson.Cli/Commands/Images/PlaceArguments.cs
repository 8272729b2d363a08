using System.Collections.Immutable;
using System.CommandLine;
using Caisson.Engine;
using Caisson.Oci.Model;

namespace Caisson.Cli.Commands.Images;

/// <summary>Arguments and options that commands about images of any place share.</summary>
internal static class PlaceArguments
{
    /// <summary>How places are written, for descriptions.</summary>
    public const string Forms = "NAME, store:NAME, docker://NAME, oci:DIR[:NAME], oci-archive:FILE[:NAME] or docker-archive:FILE[:NAME]";

    /// <summary>An image to read.</summary>
    public static Argument<string> Image(string name = "IMAGE", string what = "Image") => new(name) { Description = $"{what}: {Forms}. A NAME alone is one of the store, else of its registry" };

    /// <summary>Where something goes.</summary>
    public static Option<string> Target() => new("--tag", "-t") { Description = $"Where the new image goes: {Forms}. A NAME alone is one of the store", HelpName = "PLACE", Required = true };

    /// <summary>One platform.</summary>
    public static Option<string?> Platform() => new("--platform") { Description = "Platform to look at in an image for several. Default: that of this machine", HelpName = "PLATFORM" };

    /// <summary>Several platforms.</summary>
    public static Option<string[]> Platforms(string description) => new("--platform") { Description = description, HelpName = "PLATFORM[,…]", DefaultValueFactory = static _ => [], AllowMultipleArgumentsPerToken = false };

    /// <summary>Annotations.</summary>
    public static Option<string[]> Annotations() => new("--annotation") { Description = "Annotation of the index", HelpName = "NAME=VALUE", DefaultValueFactory = static _ => [], AllowMultipleArgumentsPerToken = false };

    /// <summary>For people or for programs.</summary>
    public static Option<string?> Format() => new("--format") { Description = "How it is shown: text or json. Default: text", HelpName = "text|json" };

    /// <summary>Reads a place.</summary>
    /// <exception cref="UsageException">The text is none.</exception>
    public static ImagePlace ReadPlace(string text) => ImagePlace.TryParse(text, out ImagePlace? place, out string? problem) ? place : throw new UsageException(problem);

    /// <summary>Reads one platform or none.</summary>
    /// <exception cref="UsageException">The text is none.</exception>
    public static Platform? ReadPlatform(string? text) => text is null ? null : PlatformOption.Parse(text);

    /// <summary>Reads annotations; null when there are none.</summary>
    /// <exception cref="UsageException">One has no name.</exception>
    public static ImmutableSortedDictionary<string, string>? ReadAnnotations(string[]? texts)
    {
        if (texts is not { Length: > 0 })
            return null;
        ImmutableSortedDictionary<string, string>.Builder annotations = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            if (text.Split('=', 2) is not [{ Length: > 0 } name, string value])
                throw new UsageException($"--annotation={text}: write NAME=VALUE");
            annotations[name] = value;
        }
        return annotations.ToImmutable();
    }

    /// <summary>Whether the format is for programs.</summary>
    /// <exception cref="UsageException">It is neither.</exception>
    public static bool IsJson(string? format) => format switch
    {
        null or "text" => false,
        "json" => true,
        _ => throw new UsageException($"--format={format}: write text or json"),
    };
}
