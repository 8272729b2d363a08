using Caisson.Daemon.Proto.Llb;
using Caisson.Engine.Spelling;

namespace Caisson.Daemon.Llb;

/// <summary>Refuses vertexes that are malformed by themselves. Programs make graphs by hand, and what is passed over would become another image.</summary>
/// <remarks>BuildKit's solver/llbsolver/ops, where each operation is made. Numbers of inputs are checked where they are taken (<see cref="LlbPlanner.At"/>).</remarks>
internal static class LlbChecks
{
    private const long None = -1;

    /// <summary>Checks one.</summary>
    /// <exception cref="UsageException">It is malformed.</exception>
    public static void Check(Op vertex)
    {
        if (vertex.Inputs.FirstOrDefault(static i => i.Index < 0) is { } input)
            throw new UsageException($"the definition takes output {input.Index} of a vertex: outputs are counted from 0");
        string? problem = vertex.OpCase switch
        {
            Op.OpOneofCase.Exec => ProblemOf(vertex.Exec),
            Op.OpOneofCase.File => ProblemOf(vertex.File),
            Op.OpOneofCase.Merge => vertex.Merge.Inputs.Count == 0 ? "merge: there is nothing to merge" : null,
            Op.OpOneofCase.Diff => vertex.Diff.Lower is null || vertex.Diff.Upper is null ? "diff: the lower or the upper is not said; -1 is the empty file system" : null,
            Op.OpOneofCase.Passthrough => ProblemOf(vertex.Passthrough),
            _ => null,
        };
        if (problem is not null)
            throw new UsageException(problem);
    }

    private static string? ProblemOf(ExecOp exec)
    {
        if (exec.Meta is not { Args.Count: > 0 } meta)
            return "exec: there is no program";
        if (!meta.Cwd.StartsWith('/'))
            return $"exec: the directory \"{meta.Cwd}\" that the program is to start in is not absolute";
        if (exec.Mounts.Count(static m => m.Dest == "/") is not 1 and var roots)
            return roots == 0 ? "exec: there is no mount at /" : $"exec: there are {roots} mounts at /";
        if (exec.Mounts.Any(static m => m.Dest.Length == 0))
            return "exec: a mount does not say where it is to be";
        if (!Enum.IsDefined(exec.Network) || !Enum.IsDefined(exec.Security))
            return $"exec: the network {exec.Network} or the security {exec.Security} is not known";
        return ProblemOf("exec", [.. exec.Mounts.Select(static m => m.Output)]);
    }

    private static string? ProblemOf(FileOp file)
    {
        if (file.Actions.Count == 0)
            return "file: there are no actions";
        long[] outputs = [.. file.Actions.Select(static a => a.Output)];
        int count = outputs.Count(static o => o != None);
        if (count == 0)
            return "file: there are no outputs";
        return ProblemOf("file", outputs) ?? (outputs.Max() >= count ? $"file: there are {count} outputs, and one is numbered {outputs.Max()}" : null);
    }

    private static string? ProblemOf(PassthroughOp passthrough) => passthrough.Id.Length == 0 ? "passthrough: it has no id" : passthrough.Outputs.Count == 0 ? "passthrough: there are no outputs" : null;

    private static string? ProblemOf(string operation, long[] outputs)
    {
        if (outputs.Any(static o => o < None))
            return $"{operation}: there is an output {outputs.Min()}; -1 is none";
        return outputs.Where(static o => o != None).GroupBy(static o => o).FirstOrDefault(static g => g.Count() > 1) is { Key: var twice } ? $"{operation}: there are two outputs {twice}" : null;
    }
}
