using Caisson.Linux.Native;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Imaging;

/// <summary>A layer that a shared cache was said to have cannot be had from it. The step that it came from is done instead.</summary>
internal sealed class LostLayerException : Exception
{
    /// <summary>Says which layer, and why.</summary>
    public LostLayerException(RemoteLayer layer, Exception cause)
        : base(cause.Message, cause)
    {
        Blob = layer.Blob.Blob.Digest;
        From = layer.From;
    }

    /// <summary>The blob of the layer.</summary>
    public Digest Blob { get; }

    /// <summary>The cache, as people read it.</summary>
    public string From { get; }

    /// <summary>The loss behind a failure; null when it has another cause.</summary>
    public static LostLayerException? In(Exception failure)
    {
        for (Exception? e = failure; e is not null; e = e.InnerException)
        {
            if (e is LostLayerException lost)
                return lost;
        }
        return null;
    }

    /// <summary>Does something with what a cache gives; failures of that say which layer it is about.</summary>
    /// <exception cref="LostLayerException">It cannot be had.</exception>
    public static async Task<T> ExplainAsync<T>(RemoteLayer layer, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (In(e) is null && IsOfCache(e))
        {
            throw new LostLayerException(layer, e);
        }
    }

    /// <summary>
    /// Whether a failure may be the cache's. That the disk here is full is none of its; names and attributes that the file system here does not take, or paths that lead
    /// through links, are.
    /// </summary>
    public static bool IsOfCache(Exception e) => e switch
    {
        RegistryException or InvalidImageException or BlobNotFoundException or TarException or InvalidDataException or TimeoutException or HttpRequestException => true,
        SystemCallException { ErrorNumber: Errno.ELOOP or Errno.ENOTDIR or Errno.ENAMETOOLONG or Errno.EINVAL or Errno.EOPNOTSUPP } => true,
        SystemCallException => false,
        IOException io => !SystemCallException.SaysDiskFull(io),
        _ => false,
    };
}
