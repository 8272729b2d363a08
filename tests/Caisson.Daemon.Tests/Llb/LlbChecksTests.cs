using Caisson.Daemon.Llb;
using Caisson.Daemon.Proto.Llb;
using Caisson.Daemon.Tests.Testing;
using Caisson.Engine.Spelling;
using static Caisson.Daemon.Tests.Testing.LlbGraph;

namespace Caisson.Daemon.Tests.Llb;

/// <summary>Graphs that no client makes, each with the sentence that refuses it.</summary>
public sealed class LlbChecksTests : IAsyncLifetime
{
    private readonly LlbGraph _graph = new();
    private LlbBench _bench = null!; // made before each test

    public static TheoryData<string, string> Malformed { get; } = new()
    {
        { "output of nothing", "takes output -1" },
        { "output of another", "no output 7" },
        { "vertex that is not there", "does not hold it" },
        { "digest that is none", "does not hold it" },
        { "no operation", "the operation none" },
        { "no actions", "no actions" },
        { "no action", "the action none" },
        { "action on what is not there", "names input 5" },
        { "action on less than nothing", "names input -2" },
        { "action on itself", "names input 1" },
        { "copy from what is not there", "names input 5" },
        { "copy from less than nothing", "names input -2" },
        { "copy with no mode", "\"zz\" is not a mode" },
        { "no output", "no outputs" },
        { "two outputs of one number", "two outputs 0" },
        { "missing output", "one is numbered 1" },
        { "output less than none", "an output -2" },
        { "no meta", "no program" },
        { "no arguments", "no program" },
        { "no directory", "not absolute" },
        { "relative directory", "not absolute" },
        { "no root", "no mount at /" },
        { "two roots", "2 mounts at /" },
        { "mount nowhere", "where it is to be" },
        { "root of what is not there", "names input 4" },
        { "root of less than nothing", "names input -2" },
        { "mount of what is not there", "names input 4" },
        { "mount of less than nothing", "names input -2" },
        { "cache of less than nothing", "names input -2" },
        { "two outputs of a program", "two outputs 0" },
        { "network that is none", "is not known" },
        { "merge of nothing", "nothing to merge" },
        { "merge of less than nothing", "names input -2" },
        { "merge of what is not there", "names input 3" },
        { "diff without lower", "not said" },
        { "diff without upper", "not said" },
        { "diff of what is not there", "names input 3" },
        { "diff of less than nothing", "names input -2" },
        { "passthrough without id", "no id" },
        { "passthrough of nothing", "no outputs" },
    };

    public async ValueTask InitializeAsync() => _bench = await LlbBench.OpenAsync(_graph);

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task A_malformed_graph_is_refused_with_a_sentence(string what, string sentence)
    {
        UsageException e = await Assert.ThrowsAsync<UsageException>(() => _bench.BuildAsync(Make(what)));
        Assert.Contains(sentence, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_definition_has_a_result() => Assert.Contains("what its result is", Assert.Throws<UsageException>(() => LlbDefinition.Read(new Definition { Def = { Google.Protobuf.ByteString.Empty } })).Message, StringComparison.Ordinal);

    private Input Make(string what)
    {
        Input one = _graph.File(null, MakeFile("/f", ""));
        FileAction file = MakeFile("/x", "");
        return what switch
        {
            "output of nothing" => _graph.File(new Input(one) { Index = -1 }, file),
            "output of another" => _graph.File(new Input(one) { Index = 7 }, file),
            "vertex that is not there" => _graph.File(new Input { Digest = "sha256:" + new string('0', 64) }, file),
            "digest that is none" => _graph.File(new Input { Digest = "xyz" }, file),
            "no operation" => _graph.Add(new Op { Inputs = { one } }),
            "no actions" => Actions(),
            "no action" => Actions(new FileAction { SecondaryInput = -1 }),
            "action on what is not there" => Actions(new FileAction(file) { Input = 5, SecondaryInput = -1 }),
            "action on less than nothing" => Actions(new FileAction(file) { Input = -2, SecondaryInput = -1 }),
            "action on itself" => Actions(new FileAction(file) { Input = 1, SecondaryInput = -1 }),
            "copy from what is not there" => Actions(new FileAction { SecondaryInput = 5, Copy = new FileActionCopy { Src = "/f", Dest = "/g" } }),
            "copy from less than nothing" => Actions(new FileAction { SecondaryInput = -2, Copy = new FileActionCopy { Src = "/f", Dest = "/g" } }),
            "copy with no mode" => Actions(new FileAction { SecondaryInput = 0, Copy = new FileActionCopy { Src = "/f", Dest = "/g", ModeStr = "zz" } }),
            "no output" => Actions(new FileAction(file) { SecondaryInput = -1, Output = -1 }),
            "two outputs of one number" => Actions(new FileAction(file) { SecondaryInput = -1 }, new FileAction(file) { SecondaryInput = -1 }),
            "missing output" => new Input(Actions(new FileAction(file) { SecondaryInput = -1, Output = 1 })) { Index = 1 },
            "output less than none" => Actions(new FileAction(file) { SecondaryInput = -1 }, new FileAction(file) { SecondaryInput = -1, Output = -2 }),
            "no meta" => Program(static e => e.Meta = null),
            "no arguments" => Program(static e => e.Meta.Args.Clear()),
            "no directory" => Program(static e => e.Meta.Cwd = ""),
            "relative directory" => Program(static e => e.Meta.Cwd = "d"),
            "no root" => Program(static e => e.Mounts[0].Dest = "/x"),
            "two roots" => Program(static e => e.Mounts.Add(new Mount { Dest = "/", Output = -1 })),
            "mount nowhere" => Program(static e => e.Mounts.Add(new Mount { Output = -1 })),
            "root of what is not there" => Program(static e => e.Mounts[0].Input = 4),
            "root of less than nothing" => Program(static e => e.Mounts[0].Input = -2),
            "mount of what is not there" => Program(static e => e.Mounts.Add(new Mount { Dest = "/m", Input = 4, Output = -1 })),
            "mount of less than nothing" => Program(static e => e.Mounts.Add(new Mount { Dest = "/m", Input = -2, Output = -1 })),
            "cache of less than nothing" => Program(static e => e.Mounts.Add(new Mount { Dest = "/m", Input = -2, Output = -1, MountType = MountType.Cache })),
            "two outputs of a program" => Program(static e => e.Mounts.Add(new Mount { Dest = "/m", Output = 0 })),
            "network that is none" => Program(static e => e.Network = (NetMode)9),
            "merge of nothing" => Vertex(new Op { Merge = new MergeOp() }),
            "merge of less than nothing" => Vertex(new Op { Merge = new MergeOp { Inputs = { new MergeInput(), new MergeInput { Input = -2 } } } }),
            "merge of what is not there" => Vertex(new Op { Merge = new MergeOp { Inputs = { new MergeInput(), new MergeInput { Input = 3 } } } }),
            "diff without lower" => Vertex(new Op { Diff = new DiffOp { Upper = new UpperDiffInput() } }),
            "diff without upper" => Vertex(new Op { Diff = new DiffOp { Lower = new LowerDiffInput() } }),
            "diff of what is not there" => Vertex(new Op { Diff = new DiffOp { Lower = new LowerDiffInput(), Upper = new UpperDiffInput { Input = 3 } } }),
            "diff of less than nothing" => Vertex(new Op { Diff = new DiffOp { Lower = new LowerDiffInput { Input = -2 }, Upper = new UpperDiffInput() } }),
            "passthrough without id" => Vertex(new Op { Passthrough = new PassthroughOp { Outputs = { 0 } } }),
            "passthrough of nothing" => Vertex(new Op { Passthrough = new PassthroughOp { Id = "x" } }),
            _ => throw new ArgumentException(what, nameof(what)),
        };

        Input Vertex(Op op)
        {
            op.Inputs.Add(one);
            return _graph.Add(op);
        }

        Input Actions(params FileAction[] actions) => Vertex(new Op { File = new FileOp { Actions = { actions } } });

        Input Program(Action<ExecOp> edit)
        {
            ExecOp exec = new() { Meta = new Meta { Args = { "/x" }, Cwd = "/" }, Mounts = { new Mount { Dest = "/" } } };
            edit(exec);
            return Vertex(new Op { Exec = exec });
        }
    }
}
