using System.Collections.Immutable;
using System.Text;
using Caisson.Engine.Secrets;
using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.Secrets;

public sealed class SecretStoreTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    [Fact]
    public void A_secret_is_what_its_file_holds() => Assert.Equal("s3cret", Text(Open(File("s3cret")).TryRead("id")));

    [Fact]
    public void A_secret_is_what_the_caller_gives() => Assert.Equal("given", Text(Open(Bytes("given")).TryRead("id")));

    [Fact]
    public void A_secret_that_was_not_given_is_none() => Assert.Null(Open(Bytes("given")).TryRead("other"));

    [Fact]
    public void A_file_is_read_when_it_is_needed_and_once()
    {
        SecretSource.File file = File("before");
        SecretStore store = Open(file);
        System.IO.File.WriteAllText(file.Path, "later");
        Assert.Equal("later", Text(store.TryRead("id")));
        System.IO.File.WriteAllText(file.Path, "much later");
        Assert.Equal("later", Text(store.TryRead("id")));
    }

    [Fact]
    public void A_file_that_is_not_there_is_named_with_its_secret()
    {
        string path = _directory["none"];
        BuildException failure = Assert.Throws<BuildException>(() => Open(new SecretSource.File(path)));
        Assert.Equal(EngineCodes.SecretUnreadable, failure.Diagnostics[0].Code);
        Assert.Equal($"the secret \"id\" cannot be read from {path}: there is no such file", failure.Message);
    }

    [Fact]
    public void A_directory_is_no_secret() =>
        Assert.Contains("it is a directory", Assert.Throws<BuildException>(() => Open(new SecretSource.File(_directory.Path))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_secret_has_at_most_500_KiB()
    {
        Assert.Equal(SecretStore.MaxBytes, Open(File(new string('x', SecretStore.MaxBytes))).TryRead("id")?.Length);
        Assert.Equal(EngineCodes.SecretTooLarge, Assert.Throws<BuildException>(() => Open(File(new string('x', SecretStore.MaxBytes + 1)))).Diagnostics[0].Code);
        Assert.Equal(EngineCodes.SecretTooLarge, Assert.Throws<BuildException>(() => Open(Bytes(new string('x', SecretStore.MaxBytes + 1))).TryRead("id")).Diagnostics[0].Code);
        // A device says nothing of its length.
        Assert.Equal(EngineCodes.SecretTooLarge, Assert.Throws<BuildException>(() => Open(new SecretSource.File("/dev/zero")).TryRead("id")).Diagnostics[0].Code);
    }

    [Fact]
    public void No_text_of_a_source_shows_the_secret() => Assert.DoesNotContain("given", Bytes("given").ToString(), StringComparison.Ordinal);

    public void Dispose() => _directory.Dispose();

    private static SecretStore Open(SecretSource source) => SecretStore.Open(ImmutableDictionary<string, SecretSource>.Empty.Add("id", source));

    private static SecretSource.Bytes Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    private static string? Text(ReadOnlyMemory<byte>? content) => content is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;

    private SecretSource.File File(string text)
    {
        string path = _directory["secret"];
        System.IO.File.WriteAllText(path, text);
        return new SecretSource.File(path);
    }
}
