using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Caisson.Engine.Exporting;
using Caisson.Engine.Sources.Git;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Engine.Vendoring;

/// <summary>Packs a Go module with all of its dependencies into one archive, from which a toolchain builds it without any network.</summary>
/// <param name="request">What is asked for.</param>
/// <param name="options">What the engine takes from its surroundings.</param>
/// <param name="work">For copies and caches.</param>
/// <param name="say">Takes a line for whatever people want to know on the way.</param>
internal sealed class GoVendoring(GoVendorRequest request, BuildEngineOptions options, WorkArea work, Action<string> say)
{
    private const int MaxNameLength = 100;

    private string ModuleDirectory { get; } = CheckedDirectory(request.ModuleDirectory);

    /// <summary>Packs it.</summary>
    /// <param name="repository">The repository that versions are taken from; null for files as they are.</param>
    /// <param name="given">The toolchain that must support it; null for that of this machine.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">No version fits, a dependency cannot be had or is not what its sum says, or there is no go on this machine.</exception>
    public async Task<GoVendorResult> RunAsync(ITaggedRepository? repository, GoVersion? given, CancellationToken ct)
    {
        // 1. The toolchain, and the program that collects.
        GoProgram go = await GoProgram.FindAsync(options, request.GoEnvironment, work, ct).ConfigureAwait(false);
        GoVersion toolchain = given ?? go.Version;
        Collection collection = new(go, work, request.Mode);
        // 2. The version.
        Candidate chosen = await ChooseAsync(repository, new GoFit(toolchain), collection, ct).ConfigureAwait(false);
        // 3. Its dependencies, beside its files.
        Collection.Collected collected = await collection.CollectAsync(chosen, ct).ConfigureAwait(false);
        Tell(collected);
        // 4. Proof that nothing is missing.
        if (chosen.GoMod.Go is { } needed && !go.Version.Supports(needed))
            say($"not checked: this machine's {go.Version.ToolchainName} is older than go {needed}, which go.mod asks for");
        else
            SayChecked(go, await collection.CheckAsync(chosen, ct).ConfigureAwait(false));
        // 5. The archive.
        return await WriteAsync(chosen, collected, repository, toolchain, ct).ConfigureAwait(false);
    }

    private async Task<Candidate> ChooseAsync(ITaggedRepository? repository, GoFit fit, Collection collection, CancellationToken ct)
    {
        if (repository is not null && request.Reference is null)
        {
            VersionChoice choice = new(repository, ModuleDirectory, fit, say);
            return await choice.ChooseAsync(request.TakesCandidates, async files =>
            {
                Candidate candidate = NewCandidate(files, ct);
                string? reason = fit.Check(candidate.GoMod) ?? await CheckDependenciesAsync(candidate, fit, collection, ct).ConfigureAwait(false);
                if (reason is null)
                    return (candidate, null);
                DirectoryRemoval.Remove(candidate.Copy);
                return (null, reason);
            }, ct).ConfigureAwait(false);
        }
        Candidate only = NewCandidate(await OpenAsync(repository, ct).ConfigureAwait(false), ct);
        string? problem = fit.Check(only.GoMod) ?? await CheckDependenciesAsync(only, fit, collection, ct).ConfigureAwait(false);
        if (problem is null)
            return only;
        if (!request.AllowsNewerGo || fit.RefusesAll)
            throw new BuildException(EngineCodes.NoFittingVersion, $"the toolchain does not support {only.Shown}: {problem}", fit.RefusesAll ? "name a newer toolchain, or take an older version" : "name a newer toolchain, or take an older version; with --allow-newer-go a toolchain before 1.21 may try");
        say($"warning: {only.Shown} {problem}; the toolchain will try to build it all the same");
        return only;
    }

    private async Task<SourceFiles> OpenAsync(ITaggedRepository? repository, CancellationToken ct)
    {
        if (repository is null)
            return await SourceFiles.OfDirectoryAsync(Path.GetFullPath(request.Source), options, ct).ConfigureAwait(false);
        string reference = request.Reference ?? "HEAD";
        // What names a version is a tag of the module, in a repository of several as well.
        string tag = ModuleDirectory.Length > 0 && SemanticVersion.TryParse(reference, out _) ? $"{ModuleDirectory}/{reference}" : reference;
        GitTag found = await repository.FindAsync(tag, ct).ConfigureAwait(false);
        await repository.PrepareAsync([found], ct).ConfigureAwait(false);
        string version = tag.StartsWith(ModuleDirectory + "/", StringComparison.Ordinal) && ModuleDirectory.Length > 0 ? tag[(ModuleDirectory.Length + 1)..] : tag;
        return await SourceFiles.OfAsync(repository, found, version, ct).ConfigureAwait(false);
    }

    private Candidate NewCandidate(SourceFiles files, CancellationToken ct) => Candidate.Make(files, ModuleDirectory, work.NewDirectory("go-source"), ct);

    private void SayChecked(GoProgram go, int packages) =>
        say(string.Create(CultureInfo.InvariantCulture, $"checked: {go.Version.ToolchainName} finds {packages} packages with no network, those of its own library among them"));

    private static async Task<string?> CheckDependenciesAsync(Candidate candidate, GoFit fit, Collection collection, CancellationToken ct)
    {
        ImmutableArray<ModuleGraph.Chosen> unsupported = fit.Unsupported(await collection.ListAsync(candidate, ct).ConfigureAwait(false));
        if (unsupported.IsEmpty)
            return null;
        if (fit.RefusesAll)
            return GoFit.Say(unsupported[0]);
        // A toolchain that does not refuse them on sight is not harmed by those of which nothing is built.
        ImmutableHashSet<string> used = await collection.FindUsedAsync(candidate, ct).ConfigureAwait(false);
        return unsupported.FirstOrDefault(m => used.Contains(m.Module.Path)) is { } needed ? GoFit.Say(needed) : null;
    }

    private void Tell(Collection.Collected collected)
    {
        foreach (string file in collected.ChangedFiles)
            say($"warning: go had to change {file}: the sources are not complete without that");
        foreach (PackedModule module in collected.Modules.Where(static m => m.Sum is not null && !m.IsInGoSum))
            say($"warning: go.sum has no sum of {module.Used}: nothing of the sources says that it is the right one");
        foreach (PackedModule module in collected.Modules.Where(static m => m.Sum is not null && m.Licences.IsEmpty))
            say($"note: {module.Used} has no file that looks like a licence");
    }

    private async Task<GoVendorResult> WriteAsync(Candidate chosen, Collection.Collected collected, ITaggedRepository? repository, GoVersion toolchain, CancellationToken ct)
    {
        FileTime time = request.SourceDateEpoch is { } seconds ? new FileTime(seconds, 0) : chosen.Files.Time;
        byte[] manifest = new VendorManifest
        {
            Module = chosen.GoMod.Module,
            ModuleDirectory = ModuleDirectory,
            Version = chosen.Files.Version,
            Repository = repository?.Address,
            Commit = chosen.Files.Commit,
            Time = time,
            Toolchain = toolchain,
            Go = chosen.GoMod.Go,
            Mode = request.Mode,
            ChangedFiles = collected.ChangedFiles,
            Licences = Licences.Of(chosen.Module),
            Modules = collected.Modules,
            GoModOnly = collected.GoModOnly,
        }.ToJson();
        string name = NameOf(chosen);
        PutManifest(chosen.Copy, manifest);
        string output = Path.GetFullPath(request.OutputPath ?? Path.Combine(request.OutputDirectory, name + ".tar.gz"));
        (long sizeBytes, Digest digest) = await new SourceArchive(name, time, options.Parallelism).WriteAsync(chosen.Copy, ExportFile.At(output), ct).ConfigureAwait(false);
        if (request.ManifestPath is { } path)
            await ExportFile.At(path).WriteAsync(stream => stream.WriteAsync(manifest, ct).AsTask(), ct).ConfigureAwait(false);
        return new GoVendorResult(output, sizeBytes, digest, chosen.Files.Version, collected.Modules.Length, Encoding.UTF8.GetString(manifest));
    }

    // A link of a stranger in its place is not followed.
    private static void PutManifest(string directory, byte[] manifest)
    {
        string path = Path.Combine(directory, VendorManifest.FileName);
        if (Directory.Exists(path) && new FileInfo(path).LinkTarget is null)
            throw new BuildException(EngineCodes.VendorSourceUnusable, $"the sources have a directory \"{VendorManifest.FileName}\", where the manifest is to be");
        File.Delete(path);
        File.WriteAllBytes(path, manifest);
    }

    // NAME-1.2.3: what every tool can write and every shell can read.
    private static string NameOf(Candidate chosen)
    {
        string version = SemanticVersion.TryParse(chosen.Files.Version, out _) ? chosen.Files.Version[1..] : chosen.Files.Version;
        string name = chosen.GoMod.ShortName + (version.Length == 0 ? "" : "-" + version);
        string plain = new([.. name.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '+' or '-' ? c : '-').Take(MaxNameLength)]);
        return plain.Trim('.', '-') is { Length: > 0 } text ? text : "module";
    }

    private static string CheckedDirectory(string directory)
    {
        string plain = directory.Trim('/');
        if (plain is "" or ".")
            return "";
        return plain.Split('/').Any(static part => part is "" or "." or ".." || part.Any(char.IsControl))
            ? throw new BuildException(EngineCodes.VendorSourceUnusable, $"\"{directory}\" is no directory of a repository", "write its path from the top, such as cmd/server")
            : plain;
    }
}
