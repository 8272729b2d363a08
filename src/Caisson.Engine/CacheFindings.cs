using System.Globalization;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Imaging;
using Caisson.Linux.Native;
using Caisson.Oci.Registry;

namespace Caisson.Engine;

/// <summary>What the user is told of shared caches.</summary>
internal static class CacheFindings
{
    private const string GoesOn = "the build goes on without it";

    /// <summary>Nothing is there.</summary>
    public static Diagnostic Missing(CacheImport import) => Warning(
        EngineCodes.CacheUnreadable, $"there is no cache at {import.Location}: {GoesOn}", "a build with --cache-to makes it; check the name if one has");

    /// <summary>It did not answer in time.</summary>
    public static Diagnostic Late(CacheImport import) => Warning(
        EngineCodes.CacheUnreadable, string.Create(CultureInfo.InvariantCulture, $"the cache at {import.Location} did not answer within {import.Timeout.TotalSeconds:0.###} s: {GoesOn}"), "give it more time with timeout=30s, or look at the network and the proxy");

    /// <summary>It cannot be read.</summary>
    public static Diagnostic Unreadable(CacheImport import, Exception e) => Warning(EngineCodes.CacheUnreadable, $"cannot read the cache at {import.Location}: {e.Message}; {GoesOn}", HintFor(import.Location, e));

    /// <summary>Another builder made it.</summary>
    public static Diagnostic Foreign(CacheImport import) => Warning(
        EngineCodes.CacheForeign, $"what is at {import.Location} holds nothing for Caisson: {GoesOn}", "caches of BuildKit are keyed by its own build definitions, and an image has a cache only when it was built with --cache-to type=inline; make one with caisson build --cache-to");

    /// <summary>It is not what it should be.</summary>
    public static Diagnostic Damaged(CacheImport import, Exception e) => Warning(EngineCodes.CacheDamaged, $"the cache at {import.Location} is damaged: {e.Message}; {GoesOn}", "the next build with --cache-to writes it anew");

    /// <summary>A layer of it is not there, or is something else.</summary>
    public static Diagnostic Lost(LostLayerException lost) => Warning(
        EngineCodes.CacheLayerLost, $"layer {lost.Blob} cannot be had from {lost.From}: {lost.Message}; the step that made it is done instead", "the next build with --cache-to brings it there again where it is gone; a blob that is there under its digest and damaged has to be removed first");

    /// <summary>It cannot be written.</summary>
    public static Diagnostic ExportFailed(CacheExport export, Exception e) => new(
        EngineCodes.CacheExportFailed, export.IgnoresErrors ? Severity.Warning : Severity.Error, $"cannot export the cache to {export.Location}: {e.Message}", Where: null, export.IgnoresErrors ? HintFor(export.Location, e) : HintFor(export.Location, e) ?? "with ignore-error=true the build is good without it");

    /// <summary>What an image would have to carry is too much for its configuration.</summary>
    public static Diagnostic TooMuchToCarry() => Warning(
        EngineCodes.CacheExportFailed, "the cache is left out of the image: it would have more than 1 MiB, and registries take configurations of 4 MiB at most", "give it a place of its own: --cache-to type=registry,ref=…");

    /// <summary>A cache mount cannot be had from it.</summary>
    public static Diagnostic MountLost(string from, string id, Exception e) => Warning(
        EngineCodes.CacheMountLost, $"cache mount {id} cannot be restored from {from}: {e.Message}; it begins without", "the next build with --cache-to …,mounts= saves it anew");

    /// <summary>There is no such cache mount here.</summary>
    public static Diagnostic NoMount(string id) => Warning(
        EngineCodes.UnknownCacheMount, $"there is no cache mount \"{id}\" to save", "mounts= takes ids as RUN --mount=type=cache has them in id=, or else in target=; it must have been used on this machine");

    /// <summary>A size, as Docker shows sizes.</summary>
    public static string Bytes(long bytes) => bytes < 1_000_000 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0}kB") : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0}MB");

    /// <summary>How many, in words.</summary>
    public static string Count(int count, string what) => count == 1 ? $"1 {what}" : string.Create(CultureInfo.InvariantCulture, $"{count} {what}s");

    /// <summary>Whether a failure is one of a cache, and no defect of ours.</summary>
    public static bool IsOfCache(Exception e) => LostLayerException.IsOfCache(e) || e is UnauthorizedAccessException or SystemCallException or IOException;

    private static string? HintFor(CacheLocation location, Exception e) => e switch
    {
        RegistryException { Kind: RegistryErrorKind.Unauthorized or RegistryErrorKind.Denied } refused => location is CacheLocation.Registry
            ? $"log in: caisson login {refused.Registry}"
            : "check the key or the token, and what it allows",
        RegistryException { Kind: RegistryErrorKind.Unreachable } => "check the name, the network and the proxy",
        RemoteCaching.CacheStoreException { Hint: { } hint } => hint,
        _ => null,
    };

    private static Diagnostic Warning(string code, string message, string? hint) => new(code, Severity.Warning, message, Where: null, hint);
}
