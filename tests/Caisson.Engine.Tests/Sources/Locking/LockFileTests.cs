using Caisson.Engine.Sources.Locking;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Sources.Locking;

/// <summary>A lock file says one thing a line, in one order, and gives back what was written.</summary>
public sealed class LockFileTests
{
    private static readonly Digest One = Digest.OfBytes([1]);
    private static readonly Digest Two = Digest.OfBytes([2]);

    private static LockEntry[] Entries =>
    [
        new LockEntry.Network("GET", "http://a.example/x%20y", null, 200, 5, One, "pkg:deb/debian/x@1.0?arch=amd64"),
        new LockEntry.Network("POST", "https://a.example/r.git/git-upload-pack", Two, 200, 9, One, null),
        new LockEntry.Network("GET", "http://a.example/none", null, 404, 0, null, null),
        new LockEntry.Git("https://a.example/r.git", "", "refs/heads/main", new string('a', 40), null),
        new LockEntry.Git("https://a.example/r.git", "v1", "refs/tags/v1", new string('b', 40), new string('c', 40)),
        new LockEntry.Http("https://a.example/f", One),
        new LockEntry.Image("docker.io/library/debian:12", "linux/amd64", Two),
    ];

    [Fact]
    public void What_was_written_is_read()
    {
        string text = new LockFile(Entries).ToText();
        Assert.Equal(text, LockFile.Parse(text.Split('\n'), "lock").ToText());
        Assert.Equal(Entries.Select(static e => e.Line).Order(StringComparer.Ordinal), LockFile.Parse(text.Split('\n'), "lock").Entries.Select(static e => e.Line));
    }

    [Fact]
    public void The_order_of_what_is_written_does_not_depend_on_that_of_the_build() =>
        Assert.Equal(new LockFile(Entries).ToText(), new LockFile([.. Entries.Reverse(), .. Entries]).ToText());

    [Fact]
    public void What_it_names_is_found()
    {
        LockFile file = new(Entries);
        Assert.Equal(Two, file.FindImage(Reference.Parse("debian:12"), Platform.Parse("linux/amd64")));
        Assert.Null(file.FindImage(Reference.Parse("debian:12"), Platform.Parse("linux/arm64")));
        Assert.Equal(One, file.FindHttp("https://a.example/f"));
        Assert.Equal(new string('a', 40), file.FindGit("https://a.example/r.git", "")?.Commit);
        Assert.True(file.Names("POST", "https://a.example/r.git/git-upload-pack"));
        Assert.Empty(file.FindRequest("POST", "https://a.example/r.git/git-upload-pack", One));
        Assert.Single(file.FindRequest("POST", "https://a.example/r.git/git-upload-pack", Two));
    }

    [Theory]
    [InlineData("image debian linux/amd64 sha256:12", "\"sha256:12\" is no digest")]
    [InlineData("picture debian", "is no line of a lock file")]
    [InlineData("git https://a.example/r main refs/heads/main nothex -", "is no line of a lock file")]
    [InlineData("network GET http://a.example/ - 200", "is no line of a lock file")]
    public void A_line_that_is_none_is_named(string line, string message)
    {
        BuildException refused = Assert.Throws<BuildException>(() => LockFile.Parse(["# head", "", line], "Dockerfile.lock"));
        Assert.Equal(EngineCodes.BadLock, refused.Code);
        Assert.StartsWith("Dockerfile.lock:3: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Marks_of_a_merge_are_told_of_as_such() =>
        Assert.Contains("a merge left its marks", Assert.Throws<BuildException>(() => LockFile.Parse(["<<<<<<< HEAD"], "Dockerfile.lock")).Diagnostics[0].Hint, StringComparison.Ordinal);

    [Fact]
    public void Two_versions_are_compared_line_by_line()
    {
        string before = new LockFile(Entries).ToText();
        IEnumerable<LockEntry> kept = Entries.Where(static e => e is not (LockEntry.Git or LockEntry.Http));
        string after = new LockFile([.. kept, new LockEntry.Http("https://a.example/f", Two), new LockEntry.Http("https://a.example/g", One)]).ToText();
        LockChange[] changes = [.. LockChange.Compare(before, after)];
        Assert.Equal(["git https://a.example/r.git -", "git https://a.example/r.git v1", "http https://a.example/f", "http https://a.example/g"], changes.Select(static c => c.Subject));
        Assert.Null(changes[0].After);
        Assert.Equal((One.Value, Two.Value), (changes[2].Before, changes[2].After));
        Assert.Null(changes[3].Before);
    }
}
