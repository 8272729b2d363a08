using System.Collections.Immutable;
using Caisson.Linux.Files;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Vendoring;

/// <summary>Collects the modules that a version needs, into the copy of its files, and checks that nothing is missing.</summary>
/// <param name="go">The machine's go.</param>
/// <param name="work">For copies and caches.</param>
/// <param name="mode">How they stand there.</param>
internal sealed class Collection(GoProgram go, WorkArea work, GoVendorMode mode)
{
    /// <summary>The directory beside the sources that is a module cache with nothing but a module proxy in files.</summary>
    public const string CacheName = ".modcache";

    // What was fetched while versions were looked at is not fetched again.
    private readonly string _shared = work.NewDirectory("go-modules");

    private string SharedProxy => $"file://{GoPlace.DownloadCacheOf(_shared)}" + (go.Proxy.Length > 0 ? "," + go.Proxy : "");

    /// <summary>The modules that a version would be built with.</summary>
    /// <exception cref="BuildException">One cannot be had.</exception>
    public Task<ModuleGraph> ListAsync(Candidate candidate, CancellationToken ct) => ModuleGraph.ReadAsync(go, new GoPlace(candidate.Module, _shared), candidate.Shown, ct);

    /// <summary>The paths of the modules whose packages a version needs, for any system and for its own tests.</summary>
    /// <exception cref="BuildException">One cannot be had.</exception>
    public async Task<ImmutableHashSet<string>> FindUsedAsync(Candidate candidate, CancellationToken ct)
    {
        string scratch = work.NewDirectory("go-used");
        TreeCopy.Copy(candidate.Copy, scratch, isWanted: null, ct);
        string module = Path.Combine(scratch, Path.GetRelativePath(candidate.Copy, candidate.Module));
        await VendorAsync(new GoPlace(module, _shared), candidate.Shown, ct).ConfigureAwait(false);
        ImmutableHashSet<string> used = VendorList.ReadUsed(module);
        DirectoryRemoval.Remove(scratch);
        return used;
    }

    /// <summary>Puts them there.</summary>
    /// <returns>What is there now.</returns>
    /// <exception cref="BuildException">One cannot be had, or is not the one of its sum.</exception>
    public async Task<Collected> CollectAsync(Candidate candidate, CancellationToken ct)
    {
        string sumFile = Path.Combine(candidate.Module, "go.sum");
        ImmutableArray<(string Name, byte[]? Content)> before = Own(candidate);
        GoSumFile sums = GoSumFile.Read(File.Exists(sumFile) ? await File.ReadAllTextAsync(sumFile, ct).ConfigureAwait(false) : "");
        // A cache of its own: in the end it holds what this version needs, and nothing else.
        Directory.CreateDirectory(GoPlace.DownloadCacheOf(_shared));
        GoPlace place = new(candidate.Module, work.NewDirectory("go-modules")) { Proxy = SharedProxy };
        ModuleGraph graph = await ModuleGraph.ReadAsync(go, place, candidate.Shown, ct).ConfigureAwait(false);
        ImmutableHashSet<string> used;
        if (mode == GoVendorMode.Vendor)
        {
            await VendorAsync(place, candidate.Shown, ct).ConfigureAwait(false);
            used = VendorList.ReadUsed(candidate.Module);
        }
        else
        {
            string scratch = work.NewDirectory("go-used");
            TreeCopy.Copy(candidate.Copy, scratch, isWanted: null, ct);
            string module = Path.Combine(scratch, Path.GetRelativePath(candidate.Copy, candidate.Module));
            await VendorAsync(place with { Directory = module }, candidate.Shown, ct).ConfigureAwait(false);
            used = VendorList.ReadUsed(module);
            DirectoryRemoval.Remove(scratch);
        }
        ModuleArchives archives = new(place.DownloadCache, sums);
        ImmutableHashSet<ModuleVersion> fetched = mode == GoVendorMode.Vendor ? [] : archives.Fetched(graph.Modules.Select(static m => m.Used));
        ImmutableArray<PackedModule> modules = [.. graph.Modules.Where(m => used.Contains(m.Module.Path) || fetched.Contains(m.Used)).Select(archives.Describe)];
        ImmutableArray<PackedGoMod> alone = mode == GoVendorMode.ModuleCache ? CopyCache(candidate, archives, place, ct) : [];
        return new Collected(modules, alone, [.. Own(candidate).Where((now, i) => !Same(now.Content, before[i].Content)).Select(now => Path.GetRelativePath(candidate.Copy, Path.Combine(candidate.Module, now.Name)))]);
    }

    /// <summary>Asks go, with an empty cache and nothing to fetch from, for all packages of the module and what they need.</summary>
    /// <returns>How many packages that are, the standard library's among them.</returns>
    /// <exception cref="BuildException">Something is missing.</exception>
    public async Task<int> CheckAsync(Candidate candidate, CancellationToken ct)
    {
        GoPlace place = new(candidate.Module, work.NewDirectory("go-modules")) { IsClosed = true };
        string cache = GoPlace.DownloadCacheOf(Path.Combine(candidate.Copy, CacheName));
        place = mode == GoVendorMode.Vendor
            ? place with { Proxy = "off", Mode = "vendor" }
            : place with { Proxy = $"file://{cache}" };
        ProcessResult result = await go.RunAsync(["list", "-deps", "-f", "{{.ImportPath}}", "./..."], place, ct).ConfigureAwait(false);
        return result.ExitCode == 0
            ? result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length
            : throw GoFailure.Explain($"{candidate.Shown} cannot be built from the archive alone", result);
    }

    private async Task VendorAsync(GoPlace place, string what, CancellationToken ct)
    {
        ProcessResult result = await go.RunAsync(["mod", "vendor"], place, ct).ConfigureAwait(false);
        if (result.ExitCode != 0)
            throw GoFailure.Explain($"the dependencies of {what} cannot be had", result, EngineCodes.ModulesUnavailable);
    }

    private static ImmutableArray<PackedGoMod> CopyCache(Candidate candidate, ModuleArchives archives, GoPlace place, CancellationToken ct)
    {
        string cache = Path.Combine(candidate.Copy, CacheName);
        if (Path.Exists(cache) || new FileInfo(cache).LinkTarget is not null)
            throw new BuildException(EngineCodes.VendorSourceUnusable, $"{candidate.Shown} has a file \"{CacheName}\" of its own, where the modules are to be", "pack it with --mode vendor");
        string download = Directory.CreateDirectory(GoPlace.DownloadCacheOf(cache)).FullName;
        return Directory.Exists(place.DownloadCache) ? archives.CopyTo(download, ct) : [];
    }

    private static ImmutableArray<(string Name, byte[]? Content)> Own(Candidate candidate) =>
        [.. ((string[])["go.mod", "go.sum"]).Select(name => (name, Path.Combine(candidate.Module, name) is var file && File.Exists(file) ? File.ReadAllBytes(file) : null))];

    private static bool Same(byte[]? left, byte[]? right) => left is null ? right is null : right is not null && left.AsSpan().SequenceEqual(right);

    /// <summary>What was collected.</summary>
    /// <param name="Modules">The modules whose files are there.</param>
    /// <param name="GoModOnly">Those of which only their go.mod is.</param>
    /// <param name="ChangedFiles">The files of the sources that go changed for it.</param>
    public sealed record Collected(ImmutableArray<PackedModule> Modules, ImmutableArray<PackedGoMod> GoModOnly, ImmutableArray<string> ChangedFiles);
}
