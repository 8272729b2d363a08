using System.Text;
using Caisson.Daemon.Proto.Llb;
using Caisson.Oci.Model;
using Google.Protobuf;

namespace Caisson.Daemon.Tests.Testing;

/// <summary>A graph as clients make it, vertex by vertex.</summary>
internal sealed class LlbGraph
{
    private readonly Definition _definition = new();

    /// <summary>Adds a vertex, and returns its first output.</summary>
    public Input Add(Op op)
    {
        ByteString bytes = op.ToByteString();
        if (!_definition.Def.Contains(bytes))
            _definition.Def.Add(bytes);
        return new Input { Digest = Digest.OfBytes(bytes.Span).Value };
    }

    /// <summary>Says what people call a vertex.</summary>
    public Input Named(string name, Input vertex)
    {
        _definition.Metadata[vertex.Digest] = new OpMetadata { Description = { { "llb.customname", name } } };
        return vertex;
    }

    /// <summary>Changes files, one action after the other.</summary>
    /// <param name="target">What they are changed in; null for nothing.</param>
    /// <param name="actions">The changes.</param>
    public Input File(Input? target, params FileAction[] actions)
    {
        FileOp file = new();
        int inputs = target is null ? 0 : 1;
        for (int i = 0; i < actions.Length; i++)
        {
            FileAction action = actions[i].Clone();
            action.Input = i > 0 ? inputs + i - 1 : target is null ? -1 : 0;
            action.SecondaryInput = -1;
            action.Output = i == actions.Length - 1 ? 0 : -1;
            file.Actions.Add(action);
        }
        Op op = new() { File = file };
        if (target is not null)
            op.Inputs.Add(target);
        return Add(op);
    }

    /// <summary>Copies files. As clients have it where they ask for nothing else, but that directories on the way are made.</summary>
    public Input Copy(Input? target, Input from, string source, string destination, Action<FileActionCopy>? edit = null)
    {
        FileActionCopy copy = new() { Src = source, Dest = destination, Mode = -1, Timestamp = -1, CreateDestPath = true };
        edit?.Invoke(copy);
        Op op = new() { Inputs = { from }, File = new FileOp { Actions = { new FileAction { Input = target is null ? -1 : 1, SecondaryInput = 0, Output = 0, Copy = copy } } } };
        if (target is not null)
            op.Inputs.Add(target);
        return Add(op);
    }

    public Input Diff(Input lower, Input upper) => Add(new Op { Inputs = { lower, upper }, Diff = new DiffOp { Lower = new LowerDiffInput { Input = 0 }, Upper = new UpperDiffInput { Input = 1 } } });

    public Input Merge(params Input[] inputs)
    {
        MergeOp merge = new();
        for (int i = 0; i < inputs.Length; i++)
            merge.Inputs.Add(new MergeInput { Input = i });
        return Add(new Op { Inputs = { inputs }, Merge = merge });
    }

    /// <summary>Runs a shell's script on a file system.</summary>
    public Input Run(Input root, string script) => Add(new Op
    {
        Inputs = { root },
        Exec = new ExecOp { Meta = new Meta { Args = { "/bin/sh", "-euc", script }, Cwd = "/" }, Network = NetMode.None, Mounts = { new Mount { Dest = "/", Input = 0, Output = 0 } } },
    });

    /// <summary>Runs a shell's script with mounts that it can write to.</summary>
    /// <param name="root">The root.</param>
    /// <param name="script">The script.</param>
    /// <param name="mounts">Where, and what is mounted there; null for nothing.</param>
    /// <returns>Its outputs: the root, then the mounts.</returns>
    public Input[] Run(Input root, string script, params (string Path, Input? Files)[] mounts)
    {
        Op op = new() { Inputs = { root }, Exec = new ExecOp { Meta = new Meta { Args = { "/bin/sh", "-euc", script }, Cwd = "/" }, Network = NetMode.None, Mounts = { new Mount { Dest = "/", Input = 0, Output = 0 } } } };
        foreach ((string path, Input? files) in mounts)
        {
            if (files is not null)
                op.Inputs.Add(files);
            op.Exec.Mounts.Add(new Mount { Dest = path, Input = files is null ? -1 : op.Inputs.Count - 1, Output = op.Exec.Mounts.Count });
        }
        Input made = Add(op);
        return [.. Enumerable.Range(0, mounts.Length + 1).Select(i => new Input { Digest = made.Digest, Index = i })];
    }

    /// <summary>The whole, with what its result is.</summary>
    public Definition Resulting(Input result)
    {
        Definition whole = _definition.Clone();
        whole.Def.Add(new Op { Inputs = { result } }.ToByteString());
        return whole;
    }

    public static FileAction MakeFile(string path, string content, int mode = 0x1A4) => MakeFile(path, Encoding.UTF8.GetBytes(content), mode);

    public static FileAction MakeFile(string path, byte[] content, int mode = 0x1A4) => new() { Mkfile = new FileActionMkFile { Path = path, Data = ByteString.CopyFrom(content), Mode = mode, Timestamp = -1 } };

    public static FileAction MakeDirectory(string path, int mode = 0x1ED, bool parents = false, uint? owner = null) => new()
    {
        Mkdir = new FileActionMkDir { Path = path, Mode = mode, MakeParents = parents, Timestamp = -1, Owner = owner is { } id ? new ChownOpt { User = new UserOpt { ByID = id }, Group = new UserOpt { ByID = id + 1 } } : null },
    };

    public static FileAction Remove(string path, bool allowsMissing = false, bool wildcards = false) => new() { Rm = new FileActionRm { Path = path, AllowNotFound = allowsMissing, AllowWildcard = wildcards } };

    public static FileAction Link(string path, string target, uint? owner = null) => new()
    {
        Symlink = new FileActionSymlink { Newpath = path, Oldpath = target, Timestamp = -1, Owner = owner is { } id ? new ChownOpt { User = new UserOpt { ByID = id } } : null },
    };
}
