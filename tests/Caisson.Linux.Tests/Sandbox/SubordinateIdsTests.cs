using System.Globalization;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Sandbox;

public sealed class SubordinateIdsTests : IDisposable
{
    private readonly TempDirectory _etc = new();

    public SubordinateIdsTests() => File.WriteAllText(_etc["passwd"], "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\nbob:x:1001:1001\n");

    public void Dispose() => _etc.Dispose();

    [Theory]
    [InlineData("ann:100000:65536\n", "ann", 1000, true)]
    [InlineData("1000:100000:65536\n", "ann", 1000, true)]
    [InlineData("ann:100000:65536\n", "", 1000, true)] // who it is, is known by the number
    [InlineData("root:1:2\nbob:3:4\nann:100000:65536", "ann", 1000, true)]
    [InlineData("ann:100000:65536\n", "bob", 1001, false)]
    [InlineData("ann:100000:65536\n", "", 1001, false)]
    [InlineData("", "ann", 1000, false)]
    [InlineData("ann\nann:\nann:100000\nann:1:2:3\n", "ann", 1000, false)]
    [InlineData("ann:100000:0\n", "ann", 1000, false)]
    [InlineData("ann:100000:many\n", "ann", 1000, false)]
    [InlineData(":100000:65536\n", "", 1002, false)]
    [InlineData("anna:100000:65536\n", "ann", 1000, false)]
    public void A_user_has_them_who_is_in_both_files(string lines, string user, uint uid, bool exist)
    {
        File.WriteAllText(_etc["subuid"], lines);
        Assert.False(SubordinateIds.Exist(user, uid, _etc.Path));
        File.WriteAllText(_etc["subgid"], lines);
        Assert.Equal(exist, SubordinateIds.Exist(user, uid, _etc.Path));
    }

    [Fact]
    public void Without_the_files_nobody_has_any() => Assert.False(SubordinateIds.Exist("ann", 1000, _etc.Path));

    [Fact]
    public void Without_users_numbers_still_count()
    {
        File.Delete(_etc["passwd"]);
        foreach (string file in (string[])["subuid", "subgid"])
            File.WriteAllText(_etc[file], "1000:100000:65536\n");
        Assert.True(SubordinateIds.Exist("", 1000, _etc.Path));
        Assert.False(SubordinateIds.Exist("", 1001, _etc.Path));
    }

    [Fact]
    public void This_machines_own_files_are_read()
    {
        string nobody = uint.MaxValue.ToString(CultureInfo.InvariantCulture);
        Assert.False(SubordinateIds.Exist("no such user " + nobody, uint.MaxValue));
    }
}
