using System.Security.Cryptography;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Tests.Testing;
using Caisson.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Tests.Files;

public sealed class FileContentTests : IDisposable
{
    private const int BufferBytes = 128 << 10;

    private readonly TempDirectory _temp = new();

    public static TheoryData<int> Lengths => [0, 1, 4095, 4096, BufferBytes - 1, BufferBytes, BufferBytes + 1, (3 * BufferBytes) + 5];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(Lengths))]
    public void The_digest_is_that_of_all_bytes(int length)
    {
        byte[] bytes = Make(length);
        using SafeFileHandle file = File.OpenHandle(_temp["from"]);
        Assert.Equal((Digest.FromSha256(SHA256.HashData(bytes)), (long)length), FileContent.Hash(file, Ct));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task The_digest_of_a_stream_is_that_of_its_bytes(int length)
    {
        byte[] bytes = Make(length);
        Assert.Equal((Digest.FromSha256(SHA256.HashData(bytes)), (long)length), await FileContent.HashAsync(new MemoryStream(bytes), Ct));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_copy_has_the_same_bytes(int length)
    {
        byte[] bytes = Make(length);
        Copy(static (from, to, size) => FileContent.Copy(from, to, size, Ct));
        Assert.Equal(bytes, File.ReadAllBytes(_temp["to"]));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_copy_that_is_hashed_has_the_same_bytes(int length)
    {
        byte[] bytes = Make(length);
        Digest? digest = null;
        Copy((from, to, _) => digest = FileContent.CopyAndHash(from, to, Ct));
        Assert.Equal(bytes, File.ReadAllBytes(_temp["to"]));
        Assert.Equal(Digest.FromSha256(SHA256.HashData(bytes)), digest);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task A_stream_is_written_whole(int length)
    {
        byte[] bytes = Make(length);
        using (SafeFileHandle to = NewFile())
            await FileContent.WriteAsync(new MemoryStream(bytes), to, Ct);
        Assert.Equal(bytes, File.ReadAllBytes(_temp["to"]));
    }

    // Data, a hole, data, a hole at the end.
    [Theory]
    [InlineData("dd if=/dev/urandom of=from bs=1M count=1 status=none; dd if=/dev/urandom of=from bs=1M seek=63 count=1 status=none; truncate -s 200M from")]
    [InlineData("truncate -s 200M from")]
    [InlineData("truncate -s 200M from; printf x | dd of=from bs=1 seek=209715199 conv=notrunc status=none")]
    [InlineData("truncate -s 199999999 from; printf x | dd of=from bs=1 conv=notrunc status=none")]
    public async Task Holes_stay_holes(string make)
    {
        await Tool.ShellAsync(_temp.Path, make);
        Copy(static (from, to, size) => FileContent.Copy(from, to, size, Ct));
        AssertSameAndSparse();
        File.Delete(_temp["to"]);
        Copy(static (from, to, _) => FileContent.CopyAndHash(from, to, Ct));
        AssertSameAndSparse();
    }

    [Fact]
    public async Task Zeros_of_a_stream_become_holes()
    {
        using (SafeFileHandle to = NewFile())
            await FileContent.WriteAsync(new MemoryStream(new byte[64 << 20]), to, Ct);
        using SafeFileHandle written = File.OpenHandle(_temp["to"]);
        Assert.Equal((64L << 20, 0UL), (written.Status().SizeBytes, written.Status().Blocks));
    }

    [Fact]
    public void A_copy_between_file_systems_has_the_same_bytes()
    {
        const string memory = "/dev/shm";
        Assert.SkipUnless(Directory.Exists(memory), "there is no /dev/shm");
        byte[] bytes = Make((5 * BufferBytes) + 7);
        string path = Path.Combine(memory, Path.GetFileName(_temp.Path));
        using (SafeFileHandle to = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose))
        using (SafeFileHandle from = File.OpenHandle(_temp["from"]))
        {
            FileContent.Copy(from, to, bytes.Length, Ct);
            Assert.Equal(FileContent.Hash(from, Ct), FileContent.Hash(to, Ct));
        }
    }

    [Fact]
    public void A_file_that_became_shorter_is_copied_to_the_length_that_it_had()
    {
        Make(1000);
        Copy(static (from, to, size) => FileContent.Copy(from, to, size + 500, Ct));
        Assert.Equal(1500, new FileInfo(_temp["to"]).Length);
    }

    [Fact]
    public void A_file_that_became_longer_is_copied_to_the_length_that_it_had()
    {
        byte[] bytes = Make(1000);
        Copy(static (from, to, _) => FileContent.Copy(from, to, 600, Ct));
        Assert.Equal(bytes[..600], File.ReadAllBytes(_temp["to"]));
    }

    [Fact]
    public void Copying_can_be_given_up()
    {
        Make(10);
        CancellationToken gone = new(canceled: true);
        Assert.Throws<OperationCanceledException>(() => Copy((from, to, size) => FileContent.Copy(from, to, size, gone)));
        Assert.Throws<OperationCanceledException>(() => Copy((from, to, _) => FileContent.CopyAndHash(from, to, gone)));
        Assert.Throws<OperationCanceledException>(() => Copy((from, _, _) => FileContent.Hash(from, gone)));
    }

    private byte[] Make(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        File.WriteAllBytes(_temp["from"], bytes);
        return bytes;
    }

    private SafeFileHandle NewFile() => File.OpenHandle(_temp["to"], FileMode.Create, FileAccess.ReadWrite);

    private void Copy(Action<SafeFileHandle, SafeFileHandle, long> copy)
    {
        using SafeFileHandle from = File.OpenHandle(_temp["from"]);
        using SafeFileHandle to = NewFile();
        copy(from, to, RandomAccess.GetLength(from));
    }

    private void AssertSameAndSparse()
    {
        using SafeFileHandle from = File.OpenHandle(_temp["from"]);
        using SafeFileHandle to = File.OpenHandle(_temp["to"]);
        Assert.Equal(FileContent.Hash(from, Ct), FileContent.Hash(to, Ct));
        Assert.InRange(to.Status().Blocks * 512, 0UL, 4UL << 20);
    }
}
