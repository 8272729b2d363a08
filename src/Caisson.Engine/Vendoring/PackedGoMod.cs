namespace Caisson.Engine.Vendoring;

/// <summary>A module of which only its go.mod is in an archive: go reads it to choose versions.</summary>
/// <param name="Module">The module.</param>
/// <param name="Sum">The hash of the go.mod, as in go.sum.</param>
internal sealed record PackedGoMod(ModuleVersion Module, string Sum);
