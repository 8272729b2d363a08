using System.Text;
using Caisson.Engine.Secrets;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Tests.Secrets;

/// <summary>Secrets in what programs write.</summary>
public sealed class SecretMaskTests
{
    [Theory]
    [InlineData("password", "the password is password", "the *** is ***")]
    [InlineData("password", "passwor and assword", "passwor and assword")]
    [InlineData("password", "passpassword", "pass***")]
    [InlineData("password\n", "password", "***")]
    [InlineData("line one\r\nline two\n", "x line two y line one z", "x *** y *** z")]
    [InlineData("aaaa", "aaaaaaaa aaa", "****** aaa")]
    [InlineData("abcd\nabcdefg", "abcd abcdefg abcde", "*** *** ***e")]
    [InlineData("ключ", "вот ключ.", "вот ***.")]
    public async Task A_secret_is_masked_wherever_a_write_ends(string secret, string written, string shown)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(written);
        for (int size = 1; size <= bytes.Length; size++)
        {
            Kept kept = new();
            SecretMask mask = Assert.IsType<SecretMask>(SecretMask.Over(kept, await ReadAsync(secret)));
            foreach (byte[] piece in bytes.Chunk(size))
                mask.Write(OutputStream.StandardOutput, piece);
            mask.Complete();
            Assert.Equal(shown, kept.Text(OutputStream.StandardOutput));
        }
    }

    [Fact]
    public async Task What_is_no_beginning_of_a_secret_is_shown_at_once()
    {
        Kept kept = new();
        IProcessOutput mask = SecretMask.Over(kept, await ReadAsync("password"));
        mask.Write(OutputStream.StandardOutput, "out p"u8);
        mask.Write(OutputStream.StandardError, "err"u8);
        Assert.Equal(("out ", "err"), (kept.Text(OutputStream.StandardOutput), kept.Text(OutputStream.StandardError)));
    }

    [Fact]
    public async Task Without_secrets_nothing_stands_between()
    {
        Kept kept = new();
        Assert.Same(kept, SecretMask.Over(kept, SecretStore.Empty));
        Assert.Same(kept, SecretMask.Over(kept, await ReadAsync("abc")));
    }

    private static async Task<SecretStore> ReadAsync(string secret)
    {
        SecretStore store = SecretStore.Open(System.Collections.Immutable.ImmutableDictionary<string, SecretSource>.Empty.Add("s", new SecretSource.Bytes(Encoding.UTF8.GetBytes(secret))));
        await store.TryReadAsync("s", TestContext.Current.CancellationToken);
        return store;
    }

    private sealed class Kept : IProcessOutput
    {
        private readonly MemoryStream[] _streams = [new(), new()];

        public void Write(OutputStream stream, ReadOnlySpan<byte> bytes) => _streams[(int)stream].Write(bytes);

        public string Text(OutputStream stream) => Encoding.UTF8.GetString(_streams[(int)stream].ToArray());
    }
}
