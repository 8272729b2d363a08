using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Caisson.Linux.Native;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Steps;

/// <summary>The users and groups of a root file system: its <c>/etc/passwd</c> and <c>/etc/group</c>.</summary>
/// <remarks>passwd(5), group(5). Lines that are not of their form are passed over.</remarks>
internal sealed class Accounts
{
    private const int MaxFileBytes = 4 << 20;

    private readonly ImmutableArray<string[]> _users;
    private readonly ImmutableArray<string[]> _groups;

    private Accounts(ImmutableArray<string[]> users, ImmutableArray<string[]> groups)
    {
        _users = users;
        _groups = groups;
    }

    /// <summary>Whether <c>user[:group]</c> can be told without looking at the files.</summary>
    public static bool IsNumeric(string spec) => spec.Split(':', 2).All(static part => part == "root" || Number(part) is not null);

    /// <summary>Reads the files of a tree; a missing file is an empty one.</summary>
    /// <exception cref="SystemCallException">A file is there and cannot be read.</exception>
    public static Accounts Read(IFileTree tree) => new(ReadLines(tree, "etc/passwd", fields: 7), ReadLines(tree, "etc/group", fields: 4));

    /// <summary>Who a program runs as. Without a group, it is the user's own and the user is in the groups that list it.</summary>
    /// <param name="spec"><c>user[:group]</c>, names or numbers; empty for root.</param>
    /// <exception cref="StepException">A name is not known.</exception>
    public SandboxUser User(string spec)
    {
        string[] parts = (spec.Length == 0 ? "0" : spec).Split(':', 2);
        string[]? entry = FindUser(parts[0]);
        uint uid = entry is not null ? Number(entry[2])!.Value : Number(parts[0]) ?? throw Unknown("user", parts[0], "/etc/passwd"); // numbers: ReadLines
        if (parts.Length == 2 && parts[1].Length > 0)
            return new SandboxUser(uid, Group(parts[1]) ?? throw Unknown("group", parts[1], "/etc/group"), []);
        ImmutableArray<uint> groups = entry is null ? [] : [.. _groups.Where(g => g[3].Split(',').Contains(entry[0])).Select(static g => Number(g[2])!.Value).Order()];
        return new SandboxUser(uid, entry is null ? 0 : Number(entry[3]) ?? 0, groups);
    }

    /// <summary>Who copied files belong to. Without a group, a number stands for both and a name brings its own group.</summary>
    /// <param name="spec"><c>user[:group]</c>, names or numbers.</param>
    /// <param name="unknown">The first name that is not known: as in BuildKit, it then stands for root. Null when all are.</param>
    public SandboxUser Owner(string spec, out string? unknown)
    {
        string[] parts = spec.Split(':', 2);
        string[]? entry = Number(parts[0]) is null ? FindUser(parts[0]) : null;
        uint? uid = entry is not null ? Number(entry[2]) : parts[0] == "root" ? 0 : Number(parts[0]);
        uint? gid = parts.Length == 2 ? Group(parts[1]) : entry is not null ? Number(entry[3]) : uid;
        unknown = uid is null ? parts[0] : gid is null && parts.Length == 2 ? parts[1] : null;
        return new SandboxUser(uid ?? 0, gid ?? 0, []);
    }

    private string[]? FindUser(string user) =>
        Number(user) is { } uid ? _users.FirstOrDefault(u => Number(u[2]) == uid) : _users.FirstOrDefault(u => u[0] == user);

    private uint? Group(string group) => Number(group) ?? (_groups.FirstOrDefault(g => g[0] == group) is { } entry ? Number(entry[2]) : group == "root" ? 0 : null);

    private static uint? Number(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : null;

    private static StepException Unknown(string what, string name, string file) =>
        new(EngineCodes.UnknownUser, $"there is no {what} \"{name}\" in {file} of the image", $"use a number, or add the {what} in an earlier step");

    private static ImmutableArray<string[]> ReadLines(IFileTree tree, string path, int fields)
    {
        string resolved = TreePath.Resolve(tree, path);
        if (tree.Find(resolved) is not { Kind: EntryKind.File or EntryKind.HardLink })
            return [];
        using SafeFileHandle file = tree.Open(resolved);
        byte[] bytes = new byte[Math.Min(RandomAccess.GetLength(file), MaxFileBytes)];
        int length = RandomAccess.Read(file, bytes, 0);
        return
        [
            .. Encoding.UTF8.GetString(bytes, 0, length).Split('\n')
                .Select(static line => line.Split(':'))
                .Where(line => line.Length == fields && Number(line[2]) is not null),
        ];
    }
}
