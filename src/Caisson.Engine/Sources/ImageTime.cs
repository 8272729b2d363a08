using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Engine.Planning;
using Caisson.Engine.Sources.Contexts;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Web;

namespace Caisson.Engine.Sources;

/// <summary>Finds the time that the images of a build carry: what SOURCE_DATE_EPOCH says, else that of the build context.</summary>
/// <remarks>docs/build-repro.md and frontend/dockerfile/dockerfile2llb/epoch.go of BuildKit 0.32. A local directory has the time of its newest commit here.</remarks>
/// <param name="contexts">The contexts of the build.</param>
/// <param name="sources">What those from elsewhere are fetched with.</param>
/// <param name="warn">Takes warnings.</param>
internal sealed class ImageTime(BuildContexts contexts, ContextSources sources, Action<Diagnostic> warn)
{
    /// <summary>Finds it.</summary>
    /// <param name="bound">The Dockerfile, with the build arguments.</param>
    /// <param name="named">What the named contexts stand for.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">What SOURCE_DATE_EPOCH says is no time, and nothing that has one.</exception>
    public async Task<FileTime> FindAsync(BoundDockerfile bound, IReadOnlyDictionary<string, NamedContext> named, CancellationToken ct)
    {
        string said = SaidIn(bound);
        // What "context" stands for is what is taken when nothing is said.
        if (said.Length == 0 || said == BuildContexts.MainName)
            return await OfDirectoryAsync(contexts.Main.DirectoryPath, ct).ConfigureAwait(false) ?? contexts.Main.Time ?? default;
        if (SourceDate.TryParse(said) is { } time)
            return time;
        FileTime? found = named.TryGetValue(said, out NamedContext? context) ? await OfAsync(context, ct).ConfigureAwait(false)
            : bound.Stages.FirstOrDefault(s => string.Equals(s.Name, said, StringComparison.OrdinalIgnoreCase)) is { } stage ? await OfAsync(OnlySource(bound, stage), ct).ConfigureAwait(false)
            : throw Bad($"{SourceDate.Variable} is \"{said}\", which is no time", Suggestion.Hint(said, [BuildContexts.MainName, .. named.Keys, .. bound.Stages.Select(static s => s.Name).OfType<string>()])
                ?? "write seconds since 1970, such as the output of git log -1 --format=%ct, or context");
        return found ?? throw Bad($"{SourceDate.Variable} is \"{said}\", which has no time of its own", "write seconds since 1970, or name a git repository or a file whose server tells when it was changed");
    }

    /// <summary>The Dockerfile as its words see the time: as a number, also where something is named that has it.</summary>
    public static BoundDockerfile With(FileTime time, BoundDockerfile bound) => SaidIn(bound) is { Length: > 0 } said && SourceDate.TryParse(said) is null
        ? Binder.Bind(bound.Document, bound.Options with { Arguments = bound.Options.Arguments.SetItem(SourceDate.Variable, SourceDate.Format(time)) })
        : bound;

    // A build argument goes before what the Dockerfile says before its first FROM.
    private static string SaidIn(BoundDockerfile bound) =>
        bound.Options.Arguments.GetValueOrDefault(SourceDate.Variable) ?? (bound.GlobalArguments.TryGet(SourceDate.Variable, out string? value) ? value : "") ?? "";

    private async Task<FileTime?> OfAsync(NamedContext context, CancellationToken ct) => context switch
    {
        NamedContext.Files { Name: var name } => await OfDirectoryAsync(contexts.PathOf(name), ct).ConfigureAwait(false),
        NamedContext.Remote { Source: var source } => await OfAsync(source, ct).ConfigureAwait(false),
        _ => null, // an image is made at a time, but what it is made of has others
    };

    // As in BuildKit: the server's word for a file goes before the newest file in it.
    private async Task<FileTime?> OfAsync(RemoteSource source, CancellationToken ct)
    {
        Operation.Fetched pinned = await sources.Remote.ResolveAsync(source, ct).ConfigureAwait(false);
        if (pinned is Operation.Http { ModifiedSeconds: { } seconds and not 0 })
            return new FileTime(seconds, 0);
        string directory = await sources.Remote.GetDirectoryAsync(pinned, ct).ConfigureAwait(false);
        using DirectoryTree files = new(directory, sources.Layers.Marks);
        if (pinned is not Operation.Http http)
            return files.Find("")?.Modified; // a checkout has the time of its commit
        if (files.Find(http.FileName)?.Modified is { Seconds: not 0 } said)
            return said;
        using UnpackedArchive? archive = await new FileContext(Path.Combine(directory, http.FileName), WebFiles.Shown(new Uri(http.Address))).UnpackAsync(sources.Work, ct).ConfigureAwait(false);
        return archive is null ? null : FileContext.NewestOf(archive);
    }

    private static RemoteSource OnlySource(BoundDockerfile bound, BoundStage stage)
    {
        Step.Add? only = null;
        StageScope scope = bound.BeginScope(VariableSet.Empty);
        foreach (BoundInstruction instruction in stage.Instructions)
        {
            Evaluation evaluation = scope.Evaluate(instruction);
            if (evaluation.Diagnostics.Any(static d => d.IsError))
                throw new BuildException(evaluation.Diagnostics);
            if (evaluation.Step is Step.Add add && only is null)
                only = add;
            else if (evaluation.Step is not Step.Arg)
                throw NotPlain(stage);
            scope = evaluation.Scope;
        }
        bool isPlain = stage.Base is ContentSource.Scratch && only is { Transfer: { Sources.Length: 1, Files.IsEmpty: true } };
        return (isPlain ? AddSources.Find(only!, 0) : null) ?? throw NotPlain(stage); // plain: there is one
    }

    private async Task<FileTime?> OfDirectoryAsync(string? directory, CancellationToken ct)
    {
        if (directory is null || !SourceDate.IsWorkTree(directory))
            return null;
        try
        {
            return await SourceDate.OfNewestCommitAsync(directory, ct).ConfigureAwait(false);
        }
        catch (ProcessStartException)
        {
            string message = "the build context is a git work tree, but there is no git to read the time of its newest commit: the image gets the time 0";
            warn(new Diagnostic(EngineCodes.MissingProgram, Severity.Warning, message, Hint: $"install git, or set {SourceDate.Variable}"));
            return null;
        }
    }

    private static BuildException NotPlain(BoundStage stage)
    {
        string message = $"{SourceDate.Variable} is the stage \"{stage.DisplayName}\", which is more than one file or repository from elsewhere";
        return new BuildException([new Diagnostic(EngineCodes.BadSourceDate, Severity.Error, message, stage.From.Span, "name a stage that begins with FROM scratch and has one ADD, of a repository or of an address in the web")]);
    }

    private static BuildException Bad(string message, string hint) => new(EngineCodes.BadSourceDate, message, hint);
}
