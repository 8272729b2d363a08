using Caisson.Oci.Tar;

namespace Caisson.Oci.Tests.Tar;

public sealed class WhiteoutsTests
{
    [Theory]
    [InlineData("a", ".wh.a")]
    [InlineData("etc/passwd", "etc/.wh.passwd")]
    [InlineData("a/b/.hidden", "a/b/.wh..hidden")]
    public void Removal_is_named_and_recognised(string path, string whiteout)
    {
        Assert.Equal(whiteout, Whiteouts.RemovalOf(path));
        Assert.Equal(WhiteoutKind.Removal, Whiteouts.Parse(whiteout, out string target));
        Assert.Equal(path, target);
    }

    [Theory]
    [InlineData("", ".wh..wh..opq")]
    [InlineData("var/cache", "var/cache/.wh..wh..opq")]
    public void Opaque_marker_is_named_and_recognised(string directory, string marker)
    {
        Assert.Equal(marker, Whiteouts.OpaqueMarkerOf(directory));
        Assert.Equal(WhiteoutKind.Opaque, Whiteouts.Parse(marker, out string target));
        Assert.Equal(directory, target);
    }

    [Theory]
    [InlineData(".wh..wh.aufs")]
    [InlineData(".wh..wh.plnk")]
    [InlineData(".wh..wh.plnk/17.23")]
    [InlineData(".wh..wh.orph/.wh.x")]
    [InlineData("a/.wh..wh.anything")]
    public void Metadata_of_aufs_is_passed_over(string path)
    {
        Assert.Equal(WhiteoutKind.Metadata, Whiteouts.Parse(path, out string target));
        Assert.Empty(target);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("wh.a")]
    [InlineData("a.wh.b")]
    [InlineData("dir.wh.x/y")]
    [InlineData("")]
    public void Ordinary_names_are_left_alone(string path) => Assert.Equal(WhiteoutKind.None, Whiteouts.Parse(path, out _));

    [Theory]
    [InlineData(".wh.")]
    [InlineData("a/.wh..")]
    [InlineData("a/.wh...")]
    public void Whiteouts_that_leave_their_directory_are_refused(string path)
    {
        TarException e = Assert.Throws<TarException>(() => Whiteouts.Parse(path, out _));
        Assert.Equal(TarErrorKind.UnsafePath, e.Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/.wh.b")]
    [InlineData(".wh..wh..opq")]
    public void Reserved_names_cannot_be_removed(string path) => Assert.Throws<ArgumentException>(() => Whiteouts.RemovalOf(path));
}
