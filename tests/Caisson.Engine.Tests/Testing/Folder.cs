using Caisson.Linux.Native;

namespace Caisson.Engine.Tests.Testing;

/// <summary>A directory that a test fills: a build context, or what a destination holds already.</summary>
internal sealed class Folder
{
    public Folder(string path) => Path = System.IO.Directory.CreateDirectory(path).FullName;

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public Folder File(string path, string content = "", int mode = 0x1A4)
    {
        System.IO.File.WriteAllText(Parent(path), content);
        return Mode(path, mode);
    }

    public Folder Bytes(string path, byte[] content)
    {
        System.IO.File.WriteAllBytes(Parent(path), content);
        return this;
    }

    public Folder Directory(string path, int mode = 0x1ED)
    {
        System.IO.Directory.CreateDirectory(this[path]);
        return Mode(path, mode);
    }

    public Folder Link(string path, string target)
    {
        System.IO.File.CreateSymbolicLink(Parent(path), target);
        return this;
    }

    public Folder HardLink(string path, string target)
    {
        using DirectoryHandle from = DirectoryHandle.Open(System.IO.Path.GetDirectoryName(this[target])!);
        using DirectoryHandle to = DirectoryHandle.Open(System.IO.Path.GetDirectoryName(Parent(path))!);
        to.CreateHardLink(System.IO.Path.GetFileName(path), from, System.IO.Path.GetFileName(target));
        return this;
    }

    public Folder Fifo(string path)
    {
        using DirectoryHandle parent = DirectoryHandle.Open(System.IO.Path.GetDirectoryName(Parent(path))!);
        parent.CreateNode(System.IO.Path.GetFileName(path), FileKind.Fifo, 0x1A4, 0, 0);
        return this;
    }

    public Folder Mode(string path, int mode)
    {
        System.IO.File.SetUnixFileMode(this[path], (UnixFileMode)mode);
        return this;
    }

    public Folder Owner(string path, uint uid, uint gid)
    {
        using DirectoryHandle parent = DirectoryHandle.Open(System.IO.Path.GetDirectoryName(this[path])!);
        parent.SetOwner(System.IO.Path.GetFileName(path), uid, gid);
        return this;
    }

    public Folder Time(string path, long seconds)
    {
        using DirectoryHandle parent = DirectoryHandle.Open(System.IO.Path.GetDirectoryName(this[path])!);
        parent.SetModified(System.IO.Path.GetFileName(path), new FileTime(seconds, 0));
        return this;
    }

    /// <summary>A device that swallows what is written to it; skips the test where none can be made.</summary>
    public static void MakeNullDevice(string path)
    {
        Assert.SkipUnless(CurrentProcess.EffectiveUserId == 0, "devices can be made by root only");
        using DirectoryHandle parent = DirectoryHandle.Open(System.IO.Path.GetDirectoryName(path)!);
        parent.CreateNode(System.IO.Path.GetFileName(path), FileKind.CharacterDevice, 0x1B6, 1, 3);
    }

    public static bool IsDevice(string path)
    {
        using DirectoryHandle parent = DirectoryHandle.Open(System.IO.Path.GetDirectoryName(path)!);
        return parent.Status(System.IO.Path.GetFileName(path)).Kind == FileKind.CharacterDevice;
    }

    private string Parent(string path)
    {
        string full = this[path];
        System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        return full;
    }
}
