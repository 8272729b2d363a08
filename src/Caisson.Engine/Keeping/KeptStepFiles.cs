using System.Collections.Immutable;
using System.Globalization;
using Caisson.Engine.Steps;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Keeping;

/// <summary>
/// The failed steps that a store keeps: for each a directory with what it was, in <c>step</c>, and what it wrote, in a directory <c>written-N</c> for its input N.
/// What it stood on are layers of the store, which are named and not kept: when they are removed, the step goes with them.
/// </summary>
/// <remarks>Safe between processes. A kept step never changes, but for its directory's time, which says when it was last used.</remarks>
/// <param name="path">Where they are; made when needed.</param>
/// <param name="layers">The layers on disk.</param>
/// <param name="work">For what is being made, on the same file system.</param>
internal sealed class KeptStepFiles(string path, LayerStore layers, WorkArea work)
{
    /// <summary>Where they are in a store.</summary>
    public const string DirectoryName = "failed";

    /// <summary>The most bytes that are read of a step's definition.</summary>
    public const int MaxBytes = 16 << 20;

    private const string DefinitionName = "step";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The names of all, the newest last.</summary>
    public string[] Ids()
    {
        if (!Directory.Exists(path))
            return [];
        string[] ids = [.. Directory.GetDirectories(path).Select(static d => Path.GetFileName(d))];
        Array.Sort(ids, string.CompareOrdinal);
        return ids;
    }

    /// <summary>Keeps a step. It appears whole, or not at all.</summary>
    /// <param name="step">What people know of it. When its name is taken, it gets the next.</param>
    /// <param name="run">What it was; what it wrote is moved.</param>
    /// <returns>The step with its name.</returns>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public KeptStep Add(KeptStep step, FailedRun run)
    {
        string made = work.NewDirectory("kept");
        for (int i = 0; i < run.Inputs.Length; i++)
        {
            if (run.Inputs[i] is StepInput.Left { WrittenPath: { } written })
                Directory.Move(written, WrittenPath(made, i));
        }
        string definition = Path.Combine(made, DefinitionName);
        File.WriteAllBytes(definition, KeptStepJson.Write(step, run));
        File.SetUnixFileMode(definition, OwnerOnly);
        Directory.CreateDirectory(path);
        using DirectoryHandle from = DirectoryHandle.Open(work.DirectoryPath);
        using DirectoryHandle to = DirectoryHandle.Open(path);
        for (int number = 1; ; number++)
        {
            string id = number == 1 ? step.Id : string.Create(CultureInfo.InvariantCulture, $"{step.Id}-{number}");
            work.Claims.AddNew(NameOf(id));
            if (from.TryRenameNew(Path.GetFileName(made), to, id))
                return step with { Id = id };
        }
    }

    /// <summary>What is known of a step; null when it is not there, or cannot be read.</summary>
    public KeptStep? TryRead(string id)
    {
        try
        {
            return KeptStepJson.ReadStep(id, ReadDefinition(id));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>The names of the layers that a step stands on; none when it cannot be read.</summary>
    public ImmutableArray<string> LayersOf(string id)
    {
        try
        {
            return KeptStepJson.ReadLayers(ReadDefinition(id));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return [];
        }
    }

    /// <summary>A step as it was. Whoever enters it keeps it, and what it stands on, from being removed.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or a layer is gone.</exception>
    public FailedRun Open(string id)
    {
        work.Claims.Add(NameOf(id));
        FailedRun run = KeptStepJson.ReadRun(
            ReadDefinition(id),
            layer => layers.FindDirectory(layer) ?? throw new InvalidDataException($"the layer {layer} that it stands on is no longer in the store"),
            input => WrittenPath(Path.Combine(path, id), input));
        foreach (StepInput input in run.Inputs)
        {
            if (input is StepInput.Left { WrittenPath: { } written } && !Directory.Exists(written))
                throw new InvalidDataException($"what it wrote is not in {written}");
        }
        return run;
    }

    /// <summary>Notes that a step was used.</summary>
    public void MarkUsed(string id, FileTime now)
    {
        using DirectoryHandle all = DirectoryHandle.Open(path);
        all.TrySetModified(id, now);
    }

    private static string WrittenPath(string directory, int input) => Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"written-{input}"));

    private byte[] ReadDefinition(string id)
    {
        using FileStream file = new(Path.Combine(path, id, DefinitionName), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length > MaxBytes)
            throw new InvalidDataException("its definition is too large");
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private string NameOf(string id) => $"{Path.GetFileName(path)}/{id}";
}
