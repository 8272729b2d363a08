using System.Diagnostics;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Linux.Tests.Testing;
using Caisson.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Tests.Snapshots;

/// <summary>What of a directory is recognised without being read: on real files, whatever is done to them between two looks.</summary>
public sealed class HostTreeTests : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly string _root;

    // As if the files had been changed long ago; the tests of the cache itself show when that matters.
    private readonly SetClock _clock = new(DateTimeOffset.UnixEpoch.AddYears(100));

    public HostTreeTests() => _root = _temp.Make("root");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void What_did_not_change_is_known_by_its_status()
    {
        Write("d/f", "abc");
        Look();
        Assert.Equal(["d/f"], Look().Known);
    }

    public static TheoryData<string, string> Changes => new()
    {
        { "replaced with the same size and time", "cp -p d/f d/g; printf xyz > d/g; touch -r d/f d/g; mv d/g d/f" },
        { "written with the same size and its time set back", "touch -d 2001-01-01 d/f; printf xyz > d/f; touch -d 2001-01-01 d/f" },
        { "mode changed", "chmod 600 d/f" },
        { "longer", "printf d >> d/f" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void What_changed_in_any_way_is_read_again(string what, string script)
    {
        Write("d/f", "abc");
        Write("d/other", "abc");
        Look();
        Run(script);
        (string[] known, Digest content) = Look();
        Assert.Equal(["d/other"], known.Where(static k => k != "d/f"));
        Assert.True(!known.Contains("d/f"), what);
        Assert.Equal(Digest.OfBytes(File.ReadAllBytes(Path.Combine(_root, "d/f"))), content);
    }

    [Fact]
    public void Files_of_a_directory_with_another_name_stay_known()
    {
        Write("old/f", "abc");
        Look();
        Run("mv old d");
        Assert.Equal(["d/f"], Look().Known);
    }

    [Fact]
    public void Names_of_one_file_are_known_together_and_told_apart_from_others()
    {
        Write("d/f", "abc");
        Run("ln d/f d/again");
        Look();
        Assert.Equal(["d/again", "d/f"], Look().Known);
        Run("rm d/again; cp d/f d/again");
        Assert.Empty(Look().Known); // one name less is a change of the file's status too
    }

    [Fact]
    public void Files_of_another_device_below_are_other_files()
    {
        Assert.SkipUnless(CurrentProcess.EffectiveUserId == 0 && Directory.Exists("/dev/shm"), "needs root, and a file system in memory");
        Write("d/f", "abc");
        Look();
        string elsewhere = $"/dev/shm/caisson-test-{Environment.ProcessId}";
        Run($"mkdir {elsewhere} && printf xyz > {elsewhere}/f && touch -r d/f {elsewhere}/f");
        try
        {
            Run($"mount --bind {elsewhere} d");
            (string[] known, Digest content) = Look();
            Assert.Empty(known);
            Assert.Equal(Digest.OfBytes("xyz"u8), content);
        }
        finally
        {
            Run($"umount d; rm -r {elsewhere}");
        }
    }

    [Fact]
    public void A_file_with_a_capability_is_looked_at_each_time()
    {
        Assert.SkipUnless(CurrentProcess.EffectiveUserId == 0, "needs root");
        Write("d/f", "abc");
        using (DirectoryHandle directory = DirectoryHandle.Open(Path.Combine(_root, "d")))
            directory.SetAttribute("f", "security.capability", [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        Look();
        Assert.Empty(Look().Known);
        using HostTree tree = new(_root, Cache(), _clock);
        Assert.Single(tree.Find("d/f")!.Xattrs);
    }

    [Fact]
    public void An_open_file_is_known_to_hold_what_it_held_until_it_is_written_to()
    {
        Write("d/f", "abc");
        Look();
        using HostTree tree = new(_root, Cache(), _clock);
        using SafeFileHandle file = tree.Open("d/f");
        Assert.True(tree.IsKnownToHold(file, Digest.OfBytes("abc"u8)));
        Assert.False(tree.IsKnownToHold(file, Digest.OfBytes("xyz"u8)));
        Run("printf xyz > d/f");
        Assert.False(tree.IsKnownToHold(file, Digest.OfBytes("abc"u8)));
    }

    [Fact]
    public void Only_names_that_are_wanted_are_looked_at()
    {
        Write("d/f", "abc");
        Write("d/g", "abc");
        using HostTree tree = new(_root, known: null, _clock);
        Assert.Equal(["d/g"], tree.Children("d", static name => name == "g").Select(static e => e.Path));
    }

    [Theory]
    [InlineData("rm d/f")]
    [InlineData("rm -r d")]
    [InlineData("ln -sf other d/f")]
    [InlineData("rm d/f; mkdir d/f")]
    [InlineData("rm d/f; mkfifo d/f")]
    public void A_file_that_is_gone_when_it_is_to_be_read_has_changed(string script)
    {
        Write("d/f", "abc");
        using HostTree tree = new(_root, known: null, _clock);
        Assert.NotNull(tree.Find("d/f"));
        Run(script);
        Assert.Equal("d/f", Assert.Throws<ContentChangedException>(() => tree.Open("d/f")).Path);
    }

    [Fact]
    public void A_directory_that_is_removed_while_it_is_read_is_empty()
    {
        using HostTree tree = new(_root, known: null, _clock);
        Directory.Delete(_root);
        Assert.Empty(tree.Children(""));
    }

    [Theory]
    [InlineData("chmod 711 d/e", "openat2 d/e: ")] // may not be read
    [InlineData("chmod 744 d/e", "d/e: ")] // may be read, and nothing in it looked at
    public void What_may_not_be_read_is_named_by_its_whole_path(string script, string said)
    {
        Assert.SkipUnless(CurrentProcess.EffectiveUserId == 0, "needs root, to become someone else");
        Write("d/e/f", "abc");
        Run("chmod 755 . d; " + script);
        using HostTree tree = new(_root, known: null, _clock);
        SystemCallException refused = OtherUser.Run(() => Assert.Throws<SystemCallException>(() => tree.Children("d/e")));
        Assert.Equal(Errno.EACCES, refused.ErrorNumber);
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    private StatCache Cache() => StatCache.Open(_temp["stats"]);

    // Reads "d" as a build does; says which of its files needed no reading, and what "d/f" holds.
    private (string[] Known, Digest Content) Look()
    {
        StatCache cache = Cache();
        using HostTree tree = new(_root, cache, _clock);
        List<FileEntry> files = tree.Children(Directory.Exists(Path.Combine(_root, "d")) ? "d" : "old");
        string[] known = [.. files.Where(static f => f.Content is not null).Select(static f => f.Path)];
        Dictionary<string, Digest> contents = files.ToDictionary(static f => f.Path, f => f.Content ?? tree.Hash(f.Path, Ct).Content);
        cache.Save(_temp["stats.new"]);
        return (known, contents.GetValueOrDefault("d/f") ?? contents.Values.First());
    }

    private void Write(string path, string content)
    {
        string full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }

    private void Run(string script)
    {
        using Process shell = Process.Start(new ProcessStartInfo("sh", ["-ec", script]) { WorkingDirectory = _root })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
