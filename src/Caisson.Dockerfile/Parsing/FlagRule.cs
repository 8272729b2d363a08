namespace Caisson.Dockerfile.Parsing;

/// <summary>A flag that an instruction has.</summary>
internal sealed record FlagRule(string Name, FlagKind Kind = FlagKind.Text);
