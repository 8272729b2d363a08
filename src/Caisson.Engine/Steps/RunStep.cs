using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Engine.Secrets;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>Runs a program on a file system. What it wrote is the new layer.</summary>
/// <param name="services">What steps work with.</param>
internal sealed class RunStep(StepServices services)
{
    // POSIX, Shell Command Language, 2.8.2: the exit status of a shell that did not find a program.
    private const int NotFoundCode = 127;

    /// <summary>The name of the file beside a layer that tells what its step did on the network.</summary>
    public const string NetworkNote = "network";

    /// <summary>Runs the program to its end.</summary>
    /// <param name="run">The program.</param>
    /// <param name="material">What it works on.</param>
    /// <param name="output">Takes what it writes.</param>
    /// <param name="warn">Takes what the user should know.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="RunFailedException">It ended with another exit code than 0.</exception>
    /// <exception cref="StepException">It could not be started as asked.</exception>
    /// <exception cref="SandboxException">The sandbox could not be set up.</exception>
    public async Task<Layer> ExecuteAsync(Operation.Run run, StepMaterial material, LineOutput output, Action<StepException> warn, CancellationToken ct)
    {
        // 1. The container is made, the program runs, the root is unmounted.
        StepContainer container = await StepContainer.OpenAsync(services, run, material, warn, ct).ConfigureAwait(false);
        await using (container.ConfigureAwait(false))
        {
            string? network;
            FileOpens? opens = null;
            try
            {
                using FileTrace? trace = services.FileUse is null ? null : container.Trace();
                network = await RunAsync(run, container, output, ct).ConfigureAwait(false);
                opens = trace?.Complete();
            }
            catch (Exception e) when (services.Failed is not null && IsOfProgram(e))
            {
                services.Failed.Add(e, await container.LeaveAsync().ConfigureAwait(false));
                throw;
            }
            await container.CloseAsync().ConfigureAwait(false);
            if (opens is not null)
                services.FileUse?.Ran(container.Below, await container.OpenLeftAsync().ConfigureAwait(false), opens);
            // 2. What was written becomes layers.
            List<LayerId> outputs = [];
            try
            {
                foreach ((string written, MergedTree below) in container.Results)
                    outputs.Add(Publish(LayerId.NewUnique(), written, below, container.Began));
                LayerId id = LayerId.NewUnique();
                if (network is not null)
                    services.Layers.PublishNote(id, network, NetworkNote);
                return new Layer(Publish(id, container.WrittenPath, container.Below, container.Began), new LayerOrigin.Written()) { Outputs = [.. outputs] };
            }
            catch
            {
                // All or nothing: no record would name them.
                foreach (LayerId made in outputs)
                    services.Layers.Discard(made, services.Work.NewPath("discarded"));
                throw;
            }
        }
    }

    private LayerId Publish(LayerId id, string written, MergedTree below, FileTime began)
    {
        PublishTimes(id, written, below);
        if (!services.Selector.KeepsTimes)
            services.Layers.PublishBeginning(id, began, services.Work.NewPath("began"));
        services.Layers.PublishDirectory(id, written);
        return id;
    }

    // Another program could do better in the same place. Where the sandbox itself cannot be set up, none can.
    private static bool IsOfProgram(Exception failure) => failure is RunFailedException or SandboxException { IsProgramMissing: true } or SandboxException { IsProgramRefused: true };

    private void PublishTimes(LayerId id, string written, MergedTree below)
    {
        using DirectoryTree upper = new(written, services.Layers.Marks);
        string file = services.Work.NewPath("times");
        if (new InheritedTimes(upper, below).Write(file))
            services.Layers.PublishTimes(id, file);
    }

    // Returns the file that tells what the program did on the network.
    private async Task<string?> RunAsync(Operation.Run run, StepContainer container, LineOutput output, CancellationToken ct)
    {
        IProcessOutput masked = SecretMask.Over(output, services.Secrets);
        int exitCode = 0;
        using (CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(ct, container.Refused))
        {
            try
            {
                exitCode = await container.RunAsync(container.Request, masked, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (container.Refused.IsCancellationRequested && !ct.IsCancellationRequested)
            {
                // The network says why.
            }
        }
        (masked as SecretMask)?.Complete();
        output.Complete();
        string? network = await container.EndNetworkAsync().ConfigureAwait(false);
        bool isFull = DiskSpace.IsExhausted(container.WrittenPath);
        if (run.ExitCodes.IsEmpty ? exitCode != 0 : !run.ExitCodes.Contains(exitCode))
            throw Failed(exitCode, run, container.Below, output.Tail, isFull);
        // Scripts often go on when a program in them could not write. Such a result must not be kept.
        if (isFull)
            throw new StepException(EngineCodes.DiskFull, $"the disk is full: the command ended with exit code {exitCode}, but nothing more fits on the file system of {services.Work.DirectoryPath}, and files may be cut short", "free some space there: caisson prune removes what is not needed of the store; or put it elsewhere with --root");
        return network;
    }

    private RunFailedException Failed(int exitCode, Operation.Run run, IFileTree tree, IReadOnlyList<string> tail, bool isFull) => new(exitCode, tail)
    {
        HasFullDisk = isFull,
        WorkingDirectory = run.WorkingDirectory,
        LackedIds = services.HasOneId && OneId.Explains(tail),
        NearestProgram = exitCode == NotFoundCode ? NearestProgram.Find(tree, run, tail) : null,
    };
}
