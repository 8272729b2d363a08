namespace Caisson.Dockerfile.Syntax;

/// <summary><c>FROM [--platform=platform] image [AS name]</c>.</summary>
/// <param name="Header">The parts that every instruction has.</param>
/// <param name="Image">The base as written: an image, an earlier stage or <c>scratch</c>, variables unexpanded.</param>
/// <param name="As">The word AS as written; null without a name.</param>
/// <param name="Name">The stage's name as written; null without one.</param>
public sealed record FromInstruction(InstructionHeader Header, Word Image, Word? As, Word? Name) : Instruction(Header)
{
    /// <inheritdoc/>
    public override InstructionKind Kind => InstructionKind.From;

    /// <summary>The name that others refer to, in lower case; null without one.</summary>
    public string? StageName => Name?.Text.ToLowerInvariant();

    /// <summary>The value of <c>--platform</c>, unexpanded; null when not given.</summary>
    public Word? Platform { get; init; }

    /// <summary>What a comment <c># name description</c> above says about the stage, or null.</summary>
    public string? Description => StageName is { } name ? Header.DescriptionOf(name) : null;
}
