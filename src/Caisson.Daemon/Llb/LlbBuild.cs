using Caisson.Daemon.Proto.Llb;
using Caisson.Engine.Spelling;

namespace Caisson.Daemon.Llb;

/// <summary>Builds of graphs that stand in files, within graphs that clients send.</summary>
/// <remarks>BuildKit's solver/pb, "BuildOp".</remarks>
internal static class LlbBuild
{
    private const long DefinitionBuilder = -1;
    private const string DefinitionInput = "buildkit.llb.definition";
    private const string FileAttribute = "llbbuild.filename";
    private const string UsualFile = "/buildkit.llb.definition";

    /// <summary>What one asks for.</summary>
    /// <param name="vertex">The vertex.</param>
    /// <param name="definition">The graph that it is part of.</param>
    /// <returns>The graph whose result holds the file, and the file.</returns>
    /// <exception cref="UsageException">It asks for another builder, or does not say what holds the file.</exception>
    public static (Definition Holder, string Path) Read(Op vertex, LlbDefinition definition)
    {
        if (vertex.Build.Builder != DefinitionBuilder)
            throw new UsageException("build: there is no other builder than that of definitions");
        if (!vertex.Build.Inputs.TryGetValue(DefinitionInput, out BuildInput? input) || input.Input < 0 || input.Input >= vertex.Inputs.Count)
            throw new UsageException($"build: there is no input \"{DefinitionInput}\", which holds the definition");
        return (definition.Below(vertex.Inputs[(int)input.Input]), vertex.Build.Attrs.TryGetValue(FileAttribute, out string? path) ? path : UsualFile);
    }
}
