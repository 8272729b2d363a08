using System.Text;
using Caisson.Engine.Reproducing;

namespace Caisson.Engine.Tests.Reproducing;

public sealed class KnownFilesTests
{
    [Theory]
    [InlineData("var/cache/ldconfig/aux-cache", "", "the cache of ldconfig, with inode numbers and times")]
    [InlineData("var/log/apt/history.log", "", "a log")]
    [InlineData("app/__pycache__/app.cpython-311.pyc", "", "compiled Python, with the time of its source")]
    [InlineData("etc/ssh/ssh_host_rsa_key", "", "a key of a machine")]
    [InlineData("opt/app.jar", "PK\u0003\u0004", "an archive of Java")]
    [InlineData("opt/app.zip", "PK\u0003\u0004", "a zip archive")]
    [InlineData("lib/libx.a", "!<arch>\nx", "an archive of ar, with times and owners")]
    [InlineData("bin/app", "\u007fELF\u0002", "a program or library")]
    [InlineData("data", "SQLite format 3\0", "a database of SQLite")]
    [InlineData("opt/app.jar", "no archive", null)]
    [InlineData("etc/ssh/keys/ssh_host_rsa_key", "", null)]
    [InlineData("etc/passwd", "root", null)]
    public void A_file_is_known_by_its_path_and_its_first_bytes(string path, string content, string? what) =>
        Assert.Equal(what, KnownFiles.Find(path, Encoding.Latin1.GetBytes(content))?.What);

    [Fact]
    public void A_tar_archive_is_known_by_what_stands_in_its_header() =>
        Assert.Equal("a tar archive", KnownFiles.Find("x", Encoding.Latin1.GetBytes(new string('\0', 257) + "ustar "))?.What);
}
