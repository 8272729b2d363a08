namespace Caisson.Engine.Tests;

public sealed class ImagePlaceTests
{
    [Theory]
    [InlineData("app", "Named", "app")]
    [InlineData("registry.example:5000/team/app:1", "Named", "registry.example:5000/team/app:1")]
    [InlineData("store:app:1", "Store", "store:app:1")]
    [InlineData("docker://app:1", "Registry", "docker://app:1")]
    [InlineData("oci:dir/sub", "OciDirectory", "oci:dir/sub")]
    [InlineData("oci:dir:docker.io/team/app:1", "OciDirectory", "oci:dir:docker.io/team/app:1")]
    [InlineData("oci-archive:file.tar:1", "OciArchive", "oci-archive:file.tar:1")]
    [InlineData("docker-archive:file.tar", "DockerArchive", "docker-archive:file.tar")]
    [InlineData("docker-archive:file.tar:team/app:1", "DockerArchive", "docker-archive:file.tar:team/app:1")]
    public void A_place_is_read_and_written_the_same(string text, string kind, string written)
    {
        ImagePlace place = ImagePlace.Parse(text);
        Assert.Equal((kind, written), (place.GetType().Name, place.ToString()));
    }

    [Theory]
    [InlineData("", "an image name is empty")]
    [InlineData("docker-daemon:app", "begins with \"docker-daemon:\", which is no place of images here")]
    [InlineData("https://registry.example/app", "begins with \"https://\", which is no place of images here")]
    [InlineData("oci:", "\"oci:\" names no path")]
    [InlineData("oci::name", "\"oci::name\" names no path")]
    [InlineData("oci-archive:x:", "ends with a colon and no name")]
    [InlineData("docker-archive:x:App", "a repository name is lower case")]
    [InlineData("docker://app:!", "is not a tag")]
    public void What_is_no_place_is_said(string text, string problem)
    {
        Assert.False(ImagePlace.TryParse(text, out ImagePlace? place, out string? said));
        Assert.Null(place);
        Assert.Contains(problem, said, StringComparison.Ordinal);
    }
}
