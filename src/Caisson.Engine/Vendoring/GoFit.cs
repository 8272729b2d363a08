using System.Collections.Immutable;

namespace Caisson.Engine.Vendoring;

/// <summary>Whether a toolchain supports a module and what it depends on.</summary>
/// <remarks>
/// Go modules reference, "go directive". Since Go 1.21 a toolchain refuses what asks for a newer one. Before, it tries, and only if the compiler fails says that this
/// may be why: such a module may build, but nobody promises that.
/// </remarks>
/// <param name="toolchain">The toolchain.</param>
internal sealed class GoFit(GoVersion toolchain)
{
    /// <summary>Whether the toolchain refuses what asks for a newer one, whether or not it is needed.</summary>
    public bool RefusesAll => toolchain.Supports(GoVersion.FirstStrict);

    /// <summary>Why a module does not fit by what its own go.mod says; null when it does.</summary>
    public string? Check(GoModFile module)
    {
        if (module.Go is { } go && !toolchain.Supports(go))
            return $"go.mod says go {go}";
        return module.Toolchain is not null && !RefusesAll ? "go.mod has a toolchain line, which Go before 1.21 does not read" : null;
    }

    /// <summary>Those of the modules that ask for a newer toolchain, the newest first.</summary>
    public ImmutableArray<ModuleGraph.Chosen> Unsupported(ModuleGraph graph) =>
        [.. graph.Modules.Where(m => m.Go is { } go && !toolchain.Supports(go)).OrderByDescending(static m => m.Go).ThenBy(static m => m.Module.Path, StringComparer.Ordinal)];

    /// <summary>Why a module does not fit by one of its dependencies.</summary>
    public static string Say(ModuleGraph.Chosen dependency) => $"needs {dependency.Used}, whose go.mod says go {dependency.Go}";
}
