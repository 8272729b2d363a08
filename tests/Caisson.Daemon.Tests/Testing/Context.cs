using System.Text;
using Caisson.Oci.Tar;

namespace Caisson.Daemon.Tests.Testing;

/// <summary>Build contexts as clients send them.</summary>
internal static class Context
{
    /// <summary>Files of root.</summary>
    public static Task<byte[]> TarAsync(params (string Name, string Content)[] files) => TarAsync(owner: 0, files);

    /// <summary>Files of somebody.</summary>
    public static async Task<byte[]> TarAsync(int owner, params (string Name, string Content)[] files)
    {
        using MemoryStream tar = new();
        await using TarWriter writer = new(tar, leaveOpen: true);
        foreach ((string name, string content) in files)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(content);
            await writer.WriteAsync(new TarEntry { Path = name, Type = TarEntryType.File, Mode = 0x1A4, Uid = owner, Gid = owner, SizeBytes = bytes.Length }, bytes, CancellationToken.None);
        }
        await writer.CompleteAsync(CancellationToken.None);
        return tar.ToArray();
    }
}
