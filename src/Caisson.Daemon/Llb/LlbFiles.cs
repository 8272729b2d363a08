using System.Collections.Immutable;
using System.Globalization;
using Caisson.Daemon.Proto.Llb;
using Caisson.Dockerfile.Syntax;
using Caisson.Engine.Graph;
using Caisson.Engine.Spelling;

namespace Caisson.Daemon.Llb;

/// <summary>Changes of files in graphs that clients send: copies, new files, directories and links, and removals.</summary>
internal static class LlbFiles
{
    private const int PermissionBits = 0x1FF; // 0777

    /// <summary>Adds the actions of one vertex.</summary>
    /// <returns>Its outputs.</returns>
    /// <exception cref="UsageException">There is one that we have no operation for.</exception>
    public static IEnumerable<(long Output, Node Node)> Add(FileOp file, Node[] inputs, GraphBuilder graph, NodeLabel label)
    {
        // Actions take from the inputs, and from actions before them.
        List<Node> known = [.. inputs];
        List<(long, Node)> outputs = [];
        foreach (FileAction action in file.Actions)
        {
            Node target = LlbPlanner.Files(LlbPlanner.AtOrScratch(known, action.Input, graph), graph);
            Node made = action.ActionCase switch
            {
                FileAction.ActionOneofCase.Copy => Copy(action.Copy, target, LlbPlanner.AtOrScratch(known, action.SecondaryInput, graph), graph, label),
                FileAction.ActionOneofCase.Mkfile => MakeFile(action.Mkfile, target, graph, label),
                FileAction.ActionOneofCase.Mkdir => MakeDirectory(action.Mkdir, target, graph, label),
                FileAction.ActionOneofCase.Rm => graph.Add(new Operation.Remove(Absolute(action.Rm.Path)) { HasWildcards = action.Rm.AllowWildcard, AllowsMissing = action.Rm.AllowNotFound }, [target], label),
                FileAction.ActionOneofCase.Symlink => MakeLink(action.Symlink, target, graph, label),
                _ => throw new UsageException($"file: the action {action.ActionCase.ToString().ToLowerInvariant()} is not one that Caisson has: there are copy, mkfile, mkdir, rm and symlink"),
            };
            known.Add(made);
            if (action.Output >= 0)
                outputs.Add((action.Output, made));
        }
        return outputs;
    }

    /// <summary>What people call an action.</summary>
    public static string NameOf(FileAction action) => action.ActionCase switch
    {
        FileAction.ActionOneofCase.Copy => $"copy {action.Copy.Src} {action.Copy.Dest}",
        FileAction.ActionOneofCase.Mkfile => $"mkfile {action.Mkfile.Path}",
        FileAction.ActionOneofCase.Mkdir => $"mkdir {action.Mkdir.Path}",
        FileAction.ActionOneofCase.Rm => $"rm {action.Rm.Path}",
        FileAction.ActionOneofCase.Symlink => $"symlink {action.Symlink.Newpath} -> {action.Symlink.Oldpath}",
        _ => action.ActionCase.ToString().ToLowerInvariant(),
    };

    private static Node Copy(FileActionCopy copy, Node target, Node from, GraphBuilder graph, NodeLabel label)
    {
        if (copy.ModeStr.Length > 0 && !FileModeChange.TryParse(copy.ModeStr, out _))
            throw new UsageException($"file: copy {copy.Src}: \"{copy.ModeStr}\" is not a mode: it is octal, or changes as chmod has them");
        string source = Relative(copy.Src);
        CopySource.Files files = new(1, source.Length == 0 ? "." : copy.AllowWildcard ? source : CopySource.PatternOf(source))
        {
            Includes = [.. copy.IncludePatterns],
            MayLackIncludes = copy.RequiredPaths.Count == 0 && copy.IncludePatterns.Count > 0,
            Excludes = [.. copy.ExcludePatterns],
            NeedsMatch = copy.AllowWildcard && !copy.AllowEmptyWildcard,
            TakesLinks = !copy.FollowSymlink,
            Unpacks = copy.AttemptUnpackDockerCompatibility,
        };
        return graph.Add(new Operation.Copy
        {
            Sources = [files],
            Destination = Absolute(copy.Dest),
            IntoDirectory = IsDirectory(copy.Dest),
            TakesDirectories = !copy.DirCopyContents && !copy.Src.EndsWith("/.", StringComparison.Ordinal),
            Replaces = copy.AlwaysReplaceExistingDestPaths,
            MakesParents = copy.CreateDestPath,
            Owner = OwnerOf(copy.Owner),
            Mode = copy.ModeStr.Length > 0 ? copy.ModeStr : copy.Mode >= 0 ? Octal(copy.Mode) : null,
        }, [target, from], label);
    }

    private static Node MakeFile(FileActionMkFile file, Node target, GraphBuilder graph, NodeLabel label) =>
        graph.Add(new Operation.MakeFile(Absolute(file.Path), ImmutableArray.Create(file.Data.Span), file.Mode & PermissionBits, OwnerOf(file.Owner)), [target], label);

    private static Node MakeDirectory(FileActionMkDir directory, Node target, GraphBuilder graph, NodeLabel label) => graph.Add(new Operation.MakeDirectory(Absolute(directory.Path), OwnerOf(directory.Owner))
    {
        Mode = directory.Mode & PermissionBits,
        MakesParents = directory.MakeParents,
    }, [target], label);

    private static Node MakeLink(FileActionSymlink link, Node target, GraphBuilder graph, NodeLabel label) => link.Oldpath.Length == 0 || link.Oldpath.Contains('\0', StringComparison.Ordinal)
        ? throw new UsageException($"file: symlink {link.Newpath} leads nowhere")
        : graph.Add(new Operation.Link(Absolute(link.Newpath), link.Oldpath, OwnerOf(link.Owner)), [target], label);

    private static string? OwnerOf(ChownOpt? owner)
    {
        if (owner is null)
            return null;
        string? user = NameOf(owner.User), group = NameOf(owner.Group);
        return user is null && group is null ? null : group is null ? user : $"{user ?? "0"}:{group}";
    }

    private static string? NameOf(UserOpt? user) => user?.UserCase switch
    {
        UserOpt.UserOneofCase.ByID => user.ByID.ToString(CultureInfo.InvariantCulture),
        UserOpt.UserOneofCase.ByName => user.ByName.Name,
        _ => null,
    };

    private static string Octal(int mode) => Convert.ToString(mode & 0xFFF, 8);

    private static string Relative(string path) => path.Trim('/') is "." ? "" : path.Trim('/');

    private static bool IsDirectory(string path) => path.EndsWith('/') || path.EndsWith("/.", StringComparison.Ordinal);

    private static string Absolute(string path) => path.Contains('\0', StringComparison.Ordinal) ? throw new UsageException("file: a path with a zero byte is none") : "/" + path.Trim('/');
}
