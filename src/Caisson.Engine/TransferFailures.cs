using System.Diagnostics;
using Caisson.Dockerfile.Source;
using Caisson.Oci.Transfer;

namespace Caisson.Engine;

/// <summary>Gives operations on images that cannot be done a code and a hint.</summary>
internal static class TransferFailures
{
    public static Diagnostic Describe(TransferException e)
    {
        (string code, string? hint) = e.Problem switch
        {
            TransferProblem.HoldsOneImage => (EngineCodes.PlaceHoldsOneImage, null),
            TransferProblem.NoSuchPlatform => (EngineCodes.PlatformNotInImage, "caisson image tree shows the platforms that there are"),
            TransferProblem.Incomplete => (EngineCodes.ImageIncomplete, "choose what is there with --platform, or copy from where all of it is"),
            TransferProblem.DigestChanges => (EngineCodes.DigestWouldChange, "leave out what changes manifests: --format, several --platform, --preserve-digests"),
            TransferProblem.FormatLacks => (EngineCodes.FormatLacksWord, null),
            TransferProblem.OtherBase => (EngineCodes.OtherBase, "build the image anew on the new base, or name the base that it was built on (--old-base NAME@DIGEST)"),
            TransferProblem.UnknownBase => (EngineCodes.BaseUnknown, "say it with --old-base and --new-base"),
            TransferProblem.BadLayer => (EngineCodes.NotALayer, "give a tar file, compressed with gzip or zstd or not at all, or a directory"),
            TransferProblem.PlatformTwice => (EngineCodes.PlatformTwice, "choose one with --platform, or remove the other; caisson image index add --replace takes the new one"),
            TransferProblem.NoIndex => (EngineCodes.NotAnIndex, null),
            TransferProblem.NoSuchEntry => (EngineCodes.NoSuchIndexEntry, "write a platform such as linux/arm64, or a whole digest"),
            TransferProblem.NoImage => (EngineCodes.NotAnImage, "caisson image tree shows what it is"),
            _ => throw new UnreachableException(),
        };
        return new Diagnostic(code, Severity.Error, e.Message, Where: null, e.Hint ?? hint);
    }
}
