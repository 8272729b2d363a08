using System.Collections.Immutable;
using Caisson.Engine.Imaging;

namespace Caisson.Engine.Steps;

/// <summary>What an input of a step turned out to be.</summary>
internal abstract record StepInput
{
    private StepInput()
    {
    }

    /// <summary>A file system.</summary>
    public sealed record State(FilesystemState Files) : StepInput;

    /// <summary>A file system as a failed step left it.</summary>
    /// <param name="Layers">The directories of its layers, the uppermost first.</param>
    /// <param name="WrittenPath">What the step wrote on them, a directory as overlay keeps it; null when it wrote nothing.</param>
    public sealed record Left(ImmutableArray<string> Layers, string? WrittenPath) : StepInput;

    /// <summary>What the directory of a cache mount began with, by name only: nothing that is there needs it again.</summary>
    public sealed record Seed(string Name) : StepInput;

    /// <summary>A build context.</summary>
    public sealed record Context(SourceTree Files) : StepInput;
}
