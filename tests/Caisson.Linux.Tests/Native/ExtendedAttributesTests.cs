using Caisson.Linux.Native;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Native;

public sealed class ExtendedAttributesTests : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly DirectoryHandle _root;

    public ExtendedAttributesTests()
    {
        File.WriteAllText(_temp["file"], "x");
        _root = DirectoryHandle.Open(_temp.Path);
        Assert.SkipUnless(CanHave("file", "user.test"), "the file system of temporary files has no extended attributes");
    }

    public void Dispose()
    {
        _root.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void A_file_without_attributes_has_an_empty_list()
    {
        Assert.Empty(_root.ListAttributes("file"));
        Assert.Null(_root.TryGetAttribute("file", "user.missing"));
    }

    [Fact]
    public void An_empty_value_is_not_a_missing_one()
    {
        _root.SetAttribute("file", "user.empty", []);
        Assert.Equal(Array.Empty<byte>(), _root.TryGetAttribute("file", "user.empty"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(3000)]
    public void Values_of_any_length_come_back(int length)
    {
        byte[] value = new byte[length];
        new Random(length).NextBytes(value);
        _root.SetAttribute("file", "user.value", value);
        Assert.Equal(value, _root.TryGetAttribute("file", "user.value"));
    }

    [Fact]
    public void The_largest_value_comes_back()
    {
        const string memory = "/dev/shm";
        Assert.SkipUnless(Directory.Exists(memory), "there is no /dev/shm");
        string name = Path.GetFileName(_temp.Path);
        using DirectoryHandle shared = DirectoryHandle.Open(memory);
        shared.CreateDirectory(name, 0x1C0);
        try
        {
            byte[] value = new byte[64 << 10];
            new Random(1).NextBytes(value);
            Assert.SkipUnless(TrySet(shared, name, "user.value", value), "tmpfs has no extended attributes of users (Linux 6.6)");
            Assert.Equal(value, shared.TryGetAttribute(name, "user.value"));
        }
        finally
        {
            shared.RemoveDirectory(name);
        }
    }

    [Fact]
    public void Many_names_are_listed_in_order()
    {
        string[] names = [.. Enumerable.Range(0, 40).Select(static i => $"user.a-name-of-some-length-{i:00}")];
        foreach (string name in names.Reverse())
            _root.SetAttribute("file", name, "v"u8);
        Assert.Equal(names, _root.ListAttributes("file"));
    }

    [Fact]
    public void A_link_is_not_followed()
    {
        Requires.Root();
        _root.CreateSymbolicLink("link", "file");
        _root.SetAttribute("link", "trusted.caisson-test", "of the link"u8);
        _root.SetAttribute("file", "trusted.caisson-test", "of the file"u8);
        Assert.Equal("of the link"u8.ToArray(), _root.TryGetAttribute("link", "trusted.caisson-test"));
        Assert.Equal("of the file"u8.ToArray(), _root.TryGetAttribute("file", "trusted.caisson-test"));
    }

    [Fact]
    public void Bytes_that_are_no_text_survive_in_names_of_files_and_attributes()
    {
        _root.CreateDirectory("\uDCFE", 0x1ED);
        _root.SetAttribute("\uDCFE", "user.\uDCFF", "v"u8);
        Assert.Equal(["user.\uDCFF"], _root.ListAttributes("\uDCFE"));
        Assert.Equal("v"u8.ToArray(), _root.TryGetAttribute("\uDCFE", "user.\uDCFF"));
    }

    [Fact]
    public void A_missing_file_is_an_error_and_not_a_missing_attribute()
    {
        SystemCallException failure = Assert.Throws<SystemCallException>(() => _root.TryGetAttribute("missing", "user.a"));
        Assert.Equal((Errno.ENOENT, "missing"), (failure.ErrorNumber, failure.Path));
    }

    [Fact]
    public void A_file_system_without_attributes_has_none()
    {
        using DirectoryHandle proc = DirectoryHandle.Open("/proc");
        Assert.Empty(proc.ListAttributes("version"));
        Assert.Null(proc.TryGetAttribute("version", "user.a"));
    }

    [Fact]
    public void What_the_kernel_refuses_is_an_error_that_names_the_attribute()
    {
        SystemCallException failure = Assert.Throws<SystemCallException>(() => _root.SetAttribute("file", "nonsense.a", []));
        Assert.Equal((Errno.EOPNOTSUPP, "lsetxattr nonsense.a"), (failure.ErrorNumber, failure.Call));
    }

    private bool CanHave(string name, string attribute)
    {
        if (!TrySet(_root, name, attribute, "v"u8))
            return false;
        _root.RemoveAttribute(name, attribute);
        return true;
    }

    private static bool TrySet(DirectoryHandle directory, string name, string attribute, ReadOnlySpan<byte> value)
    {
        try
        {
            directory.SetAttribute(name, attribute, value);
            return true;
        }
        catch (SystemCallException e) when (e.ErrorNumber == Errno.EOPNOTSUPP)
        {
            return false;
        }
    }
}
