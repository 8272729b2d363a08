using System.Collections.Immutable;
using System.Diagnostics;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Engine.Steps;

namespace Caisson.Engine.Solving;

/// <summary>Does steps on this machine.</summary>
/// <param name="services">What they work with.</param>
internal sealed class StepWork(StepServices services) : IStepWork
{
    /// <inheritdoc/>
    public Task<Selection> SelectAsync(Operation.Copy copy, ImmutableArray<StepInput> inputs, CancellationToken ct) => new CopyStep(services).SelectAsync(copy, inputs, ct);

    /// <inheritdoc/>
    public Task<Layer> ExecuteAsync(Operation operation, StepMaterial material, StepTelling telling, CancellationToken ct)
    {
        FilesystemState root = FilesOf(material.Inputs[0]);
        return operation switch
        {
            Operation.MakeDirectory make => new MakeDirectoryStep(services).ExecuteAsync(make, root, telling.Warn, ct),
            Operation.MakeFile make => new MakeFileStep(services).ExecuteAsync(make, root, telling.Warn, ct),
            Operation.Remove remove => new RemoveStep(services).ExecuteAsync(remove, root, ct),
            Operation.Link link => new LinkStep(services).ExecuteAsync(link, root, telling.Warn, ct),
            Operation.Difference => new DifferenceStep(services).ExecuteAsync(root, FilesOf(material.Inputs[1]), FilesOf(material.Inputs[2]), ct),
            Operation.Copy copy => new CopyStep(services).ExecuteAsync(copy, root, material.Taken[0]!, telling.Warn, ct), // a copy has one
            Operation.Run run => new RunStep(services).ExecuteAsync(run, material, telling.Output, telling.Warn, ct),
            _ => throw new UnreachableException(operation.GetType().Name),
        };
    }

    private static FilesystemState FilesOf(StepInput input) => ((StepInput.State)input).Files;
}
