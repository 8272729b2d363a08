using System.Collections.Immutable;
using System.Text;
using Caisson.Cli.Commands;
using Caisson.Cli.Hosting;
using Caisson.Engine;

namespace Caisson.Cli.Tests.Usage;

public sealed class SecretOptionsTests
{
    [Theory]
    [InlineData("id=key,src=/k", "key: file /k")]
    [InlineData("id=key,source=/k", "key: file /k")]
    [InlineData("id=key,type=file,src=/k", "key: file /k")]
    [InlineData("ID=key,SRC=/k", "key: file /k")]
    [InlineData("id=key,\"src=/k,1\"", "key: file /k,1")]
    [InlineData("id=key,env=TOKEN", "key: bytes of-token")]
    [InlineData("id=key,type=env,env=TOKEN", "key: bytes of-token")]
    [InlineData("id=key,type=env,src=TOKEN", "key: bytes of-token")]
    [InlineData("id=key,env=UNSET", "key: bytes ")]
    [InlineData("id=TOKEN", "TOKEN: bytes of-token")]
    [InlineData("id=key.pem", "key.pem: file key.pem")]
    public void A_value_of_secret_names_its_source(string value, string expected) => Assert.Equal(expected, Text(Assert.Single(Read(value))));

    [Fact]
    public void Of_an_id_given_twice_the_last_counts() => Assert.Equal("a: file /2", Text(Assert.Single(Read("id=a,src=/1", "id=a,src=/2"))));

    [Theory]
    [InlineData("src=/k", "--secret src=/k: id= is missing, the name by which steps mount the secret")]
    [InlineData("id=a,type=vault", "--secret id=a,type=vault: \"vault\" is no type of secret; they are file and env")]
    [InlineData("id=a,scr=/k", "--secret id=a,scr=/k: \"scr\" is not known here")]
    [InlineData("key", "--secret key: \"key\" is no key=value")]
    public void A_wrong_value_is_refused(string value, string expected) => Assert.Equal(expected, Assert.Throws<UsageException>(() => Read(value)).Message);

    private static ImmutableDictionary<string, SecretSource> Read(params string[] values) => SecretOptions.Read(values, new HostEnvironment
    {
        Variables = new Dictionary<string, string> { ["TOKEN"] = "of-token" },
        ProgramPath = "",
        Arguments = [],
        Processors = 1,
        HasTerminal = false,
    });

    private static string Text(KeyValuePair<string, SecretSource> secret) => secret.Key + ": " + secret.Value switch
    {
        SecretSource.File file => "file " + file.Path,
        SecretSource.Bytes bytes => "bytes " + Encoding.UTF8.GetString(bytes.Content.Span),
        _ => throw new InvalidOperationException(),
    };
}
