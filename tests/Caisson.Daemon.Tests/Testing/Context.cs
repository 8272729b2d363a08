using System.Text;
using Caisson.Oci.Tar;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Daemon.Tests.Testing;

/// <summary>Build contexts as clients send them.</summary>
internal static class Context
{
    /// <summary>Files of root.</summary>
    public static Task<byte[]> TarAsync(params (string Name, string Content)[] files) => TarAsync(owner: 0, files);

    /// <summary>Files of somebody.</summary>
    public static Task<byte[]> TarAsync(int owner, params (string Name, string Content)[] files) => TarAsync(files.Select(static f => KeyValuePair.Create(f.Name, Encoding.UTF8.GetBytes(f.Content))), owner);

    /// <summary>A tar of files by their paths.</summary>
    public static async Task<byte[]> TarAsync(IEnumerable<KeyValuePair<string, byte[]>> files, int owner = 0)
    {
        using MemoryStream tar = new();
        await using TarWriter writer = new(tar, leaveOpen: true);
        foreach ((string name, byte[] bytes) in files)
            await writer.WriteAsync(new TarEntry { Path = name, Type = TarEntryType.File, Mode = 0x1A4, Uid = owner, Gid = owner, SizeBytes = bytes.Length }, bytes, CancellationToken.None);
        await writer.CompleteAsync(CancellationToken.None);
        return tar.ToArray();
    }

    /// <summary>A Dockerfile whose steps run programs, with the file <c>busybox</c>, which is one.</summary>
    public static async Task<byte[]> WithShellAsync(string dockerfile)
    {
        Tool.Require("busybox");
        Tool.Require("crun");
        using TempDirectory directory = new();
        await File.WriteAllTextAsync(directory["Dockerfile"], dockerfile);
        await Tool.RunAsync("sh", "-euc", $"cd '{directory.Path}'; cp $(command -v busybox) busybox; tar --create --file context.tar Dockerfile busybox");
        return await File.ReadAllBytesAsync(directory["context.tar"]);
    }
}
