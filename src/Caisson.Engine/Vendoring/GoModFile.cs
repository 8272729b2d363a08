using System.Collections.Immutable;

namespace Caisson.Engine.Vendoring;

/// <summary>What a <c>go.mod</c> says.</summary>
/// <remarks>Go modules reference, "go.mod files".</remarks>
internal sealed record GoModFile
{
    /// <summary>The path of the module; empty when it has none.</summary>
    public string Module { get; init; } = "";

    /// <summary>The version of Go that it asks for; null when it asks for none.</summary>
    public GoVersion? Go { get; init; }

    /// <summary>The text of its <c>toolchain</c> line; null when it has none.</summary>
    public string? Toolchain { get; init; }

    /// <summary>What it requires.</summary>
    public ImmutableArray<Requirement> Requirements { get; init; } = [];

    /// <summary>What takes the place of what.</summary>
    public ImmutableArray<Replacement> Replacements { get; init; } = [];

    /// <summary>What is not to be used.</summary>
    public ImmutableArray<ModuleVersion> Exclusions { get; init; } = [];

    /// <summary>Versions of itself that are not to be used.</summary>
    public ImmutableArray<Retraction> Retractions { get; init; } = [];

    /// <summary>The last part of the module's path that is no major version: what the module is called.</summary>
    public string ShortName
    {
        get
        {
            string[] parts = Module.Split('/');
            string last = parts[^1];
            bool isMajor = parts.Length > 1 && last.Length > 1 && last[0] == 'v' && last[1..].All(char.IsAsciiDigit);
            return isMajor ? parts[^2] : last;
        }
    }

    /// <summary>A module that is required.</summary>
    /// <param name="Needed">Which, and at least in which version.</param>
    /// <param name="IsIndirect">Whether only dependencies need it.</param>
    public readonly record struct Requirement(ModuleVersion Needed, bool IsIndirect);

    /// <summary>A module, and what takes its place.</summary>
    /// <param name="Old">The module; without a version, in all of them.</param>
    /// <param name="New">Another module; or a directory, without a version.</param>
    public readonly record struct Replacement(ModuleVersion Old, ModuleVersion New)
    {
        /// <summary>Whether a directory takes its place.</summary>
        public bool IsDirectory => New.Version.Length == 0;
    }

    /// <summary>Versions that were taken back.</summary>
    /// <param name="Low">The first.</param>
    /// <param name="High">The last.</param>
    /// <param name="Reason">Why; empty when that is not said.</param>
    public sealed record Retraction(SemanticVersion Low, SemanticVersion High, string Reason)
    {
        /// <summary>Whether it is one of them.</summary>
        public bool Holds(SemanticVersion version) => Low.CompareTo(version) <= 0 && version.CompareTo(High) <= 0;
    }
}
