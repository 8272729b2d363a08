using System.Collections.Immutable;

namespace Caisson.Engine.Vendoring;

/// <summary>A module whose files are in an archive.</summary>
/// <param name="Module">The module that is asked for.</param>
/// <param name="Used">What is there: itself, or what takes its place.</param>
internal sealed record PackedModule(ModuleVersion Module, ModuleVersion Used)
{
    /// <summary>The version of Go that it asks for; null when it asks for none.</summary>
    public GoVersion? Go { get; init; }

    /// <summary>The hash of the whole module, as in go.sum; null when a directory of the sources takes its place.</summary>
    public string? Sum { get; init; }

    /// <summary>Whether the go.sum of the sources has that hash.</summary>
    public bool IsInGoSum { get; init; }

    /// <summary>Whether only dependencies need it.</summary>
    public bool IsIndirect { get; init; }

    /// <summary>Its licences.</summary>
    public ImmutableArray<Licences.Licence> Licences { get; init; } = [];
}
