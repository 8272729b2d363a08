using System.CommandLine;
using Caisson.Cli.Commands.Images;
using Caisson.Engine;

namespace Caisson.Cli.Commands.Bundles;

/// <summary>How bundles are named on a command line: a path alone is a file or the directory of a layout.</summary>
internal static class BundlePlaces
{
    private const string Forms = "a file, or store:NAME, docker://NAME, oci:DIR[:NAME], oci-archive:FILE[:NAME]";

    private static readonly string[] Transports = ["store:", "docker://", "oci:", "oci-archive:", "docker-archive:"];

    /// <summary>A bundle to read.</summary>
    public static Argument<string> Argument() => new("BUNDLE") { Description = $"The bundle: {Forms}" };

    /// <summary>Where a bundle goes.</summary>
    public static Option<string> Output() => new("--output", "-o") { Description = $"Where the bundle goes: {Forms}", HelpName = "PLACE", Required = true };

    /// <summary>Reads where one is.</summary>
    /// <exception cref="UsageException">Nothing can be there.</exception>
    public static ImagePlace Read(string text) => Array.Exists(Transports, t => text.StartsWith(t, StringComparison.Ordinal)) ? PlaceArguments.ReadPlace(text)
        : Directory.Exists(text) ? new ImagePlace.OciDirectory(text, Name: null)
        : File.Exists(text) ? new ImagePlace.OciArchive(text, Name: null)
        : throw new BuildException(EngineCodes.BadBundle, $"there is no bundle {text}", $"name {Forms}");

    /// <summary>Reads where one is to go.</summary>
    /// <exception cref="UsageException">None can go there.</exception>
    public static ImagePlace ReadTarget(string text) => Array.Exists(Transports, t => text.StartsWith(t, StringComparison.Ordinal)) ? PlaceArguments.ReadPlace(text) is var place and not ImagePlace.DockerArchive ? place : throw new UsageException($"--output={text}: a file of docker save holds images only; name {Forms}")
        : Directory.Exists(text) ? throw new UsageException($"--output={text} is a directory; write oci:{text}, or a file")
        : new ImagePlace.OciArchive(text, Name: null);

    /// <summary>Whether the network is needed to read a place.</summary>
    public static bool IsRemote(ImagePlace place) => place is ImagePlace.Registry;
}
