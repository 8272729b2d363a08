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

    /// <summary>A build context.</summary>
    public sealed record Context(SourceTree Files) : StepInput;
}
