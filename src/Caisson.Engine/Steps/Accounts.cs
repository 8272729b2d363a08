using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Steps;

/// <summary>The users and groups of a root file system: its <c>/etc/passwd</c> and <c>/etc/group</c>.</summary>
/// <remarks>passwd(5), group(5). Lines without a name and a number are passed over; what else is missing is empty. Not thread-safe.</remarks>
internal sealed class Accounts
{
    private const int MaxFileBytes = 4 << 20;
    private const int HomeField = 5;

    private readonly Lazy<ImmutableArray<string[]>> _users;
    private readonly Lazy<ImmutableArray<string[]>> _groups;

    /// <summary>Looks at the files of a tree when a name is asked for; a missing file is an empty one.</summary>
    public Accounts(IFileTree tree)
    {
        _users = new(() => ReadLines(tree, "etc/passwd"), isThreadSafe: false);
        _groups = new(() => ReadLines(tree, "etc/group"), isThreadSafe: false);
    }

    /// <summary>Whether <c>user[:group]</c> can be told without looking at the files.</summary>
    public static bool IsNumeric(string spec) => spec.Split(':', 2).All(static part => OwnerNumber(part) is not null);

    /// <summary>Who a program runs as. Without a group, it is the user's own and the user is in the groups that list it.</summary>
    /// <param name="spec"><c>[user][:group]</c>, names or numbers; without a user it is root.</param>
    /// <exception cref="StepException">A name is not known.</exception>
    public SandboxUser User(string spec)
    {
        string[] parts = spec.Split(':', 2);
        if (parts[0].Length == 0)
            parts[0] = "0";
        string[]? entry = FindUser(parts[0]);
        uint uid = entry is not null ? IdOf(entry) : Number(parts[0]) ?? throw Unknown("user", parts[0], "/etc/passwd");
        if (parts.Length == 2 && parts[1].Length > 0)
            return new SandboxUser(uid, Group(parts[1]) ?? throw Unknown("group", parts[1], "/etc/group"), []) { Home = HomeOf(entry) };
        ImmutableArray<uint> groups = entry is null ? [] : [.. _groups.Value.Where(g => Field(g, 3).Split(',').Contains(entry[0])).Select(IdOf).Order()];
        return new SandboxUser(uid, entry is null ? 0 : GroupOf(entry), groups) { Home = HomeOf(entry) };
    }

    /// <summary>Who copied files belong to. Without a group, a number stands for both and a name brings its own group; a user or a group left empty is root.</summary>
    /// <param name="spec"><c>user[:group]</c>, names or numbers.</param>
    /// <param name="unknown">The first name that is not known: as in BuildKit, root is then taken for a user, and the user's group for a group. Null when all are.</param>
    public SandboxUser Owner(string spec, out string? unknown)
    {
        string[] parts = spec.Split(':', 2);
        string[]? entry = OwnerNumber(parts[0]) is null ? _users.Value.FirstOrDefault(u => u[0] == parts[0]) : null;
        uint? uid = entry is not null ? IdOf(entry) : OwnerNumber(parts[0]);
        uint? own = entry is not null ? GroupOf(entry) : uid;
        uint? given = parts.Length == 2 ? OwnerNumber(parts[1]) ?? FindGroup(parts[1]) : own;
        unknown = uid is null ? parts[0] : given is null && parts.Length == 2 ? parts[1] : null;
        return new SandboxUser(uid ?? 0, given ?? own ?? 0, []);
    }

    private string[]? FindUser(string user) =>
        Number(user) is { } uid ? _users.Value.FirstOrDefault(u => IdOf(u) == uid) : _users.Value.FirstOrDefault(u => u[0] == user);

    private uint? Group(string group) => Number(group) ?? FindGroup(group);

    private uint? FindGroup(string name) => _groups.Value.FirstOrDefault(g => g[0] == name) is { } entry ? IdOf(entry) : null;

    // As in BuildKit, what does not fit into 31 bits is a name.
    private static uint? OwnerNumber(string text) => text.Length == 0 ? 0 : Number(text) is { } number and <= int.MaxValue ? number : null;

    private static uint IdOf(string[] entry) => Number(entry[2])!.Value; // a number: ReadLines

    private static uint GroupOf(string[] user) => Number(Field(user, 3)) ?? 0;

    private static string HomeOf(string[]? user) => user is not null && Field(user, HomeField) is { Length: > 0 } home ? home : "/";

    private static string Field(string[] entry, int index) => index < entry.Length ? entry[index] : "";

    // As in BuildKit, the name of root needs no entry.
    private static uint? Number(string text) =>
        text == "root" ? 0 : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : null;

    private static StepException Unknown(string what, string name, string file) =>
        new(EngineCodes.UnknownUser, $"there is no {what} \"{name}\" in {file} of the image", $"use a number, or add the {what} in an earlier step");

    private static ImmutableArray<string[]> ReadLines(IFileTree tree, string path)
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
                .Where(static line => line.Length > 2 && Number(line[2]) is not null),
        ];
    }
}
