using System.Collections.Immutable;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Vendoring;

/// <summary>The modules that go chooses for a module: each with what takes its place, and with the version of Go that it asks for.</summary>
/// <param name="Modules">The modules without the main one, in the order of their paths.</param>
internal sealed record ModuleGraph(ImmutableArray<ModuleGraph.Chosen> Modules)
{
    private const string Format = "{{.Path}}\t{{.Version}}\t{{with .Replace}}{{.Path}}\t{{.Version}}{{else}}\t{{end}}\t{{.Main}}\t{{.Indirect}}";

    /// <summary>Asks go, which fetches what it needs of the modules to answer: their go.mod files.</summary>
    /// <exception cref="BuildException">A module cannot be had, or is not what its sum says.</exception>
    public static async Task<ModuleGraph> ReadAsync(GoProgram go, GoPlace place, string what, CancellationToken ct)
    {
        ProcessResult result = await go.RunAsync(["list", "-m", "-f", Format, "all"], place, ct).ConfigureAwait(false);
        if (result.ExitCode != 0)
            throw GoFailure.Explain($"the dependencies of {what} cannot be had", result, EngineCodes.ModulesUnavailable);
        ImmutableArray<Chosen>.Builder modules = ImmutableArray.CreateBuilder<Chosen>();
        foreach (string line in result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split('\t') is not [var path, var version, var otherPath, var otherVersion, var isMain, var isIndirect] || isMain == "true")
                continue;
            ModuleVersion module = new(path, version);
            ModuleVersion used = otherPath.Length == 0 ? module : new ModuleVersion(otherPath, otherVersion);
            bool isDirectory = otherPath.Length > 0 && otherVersion.Length == 0;
            if (!isDirectory && !used.IsSafe)
                throw new BuildException(EngineCodes.ModulesUnavailable, $"the dependencies of {what} cannot be had: {used} is no module");
            modules.Add(new Chosen(module, used, isDirectory, isIndirect == "true") { Go = isDirectory ? null : ReadGo(place.DownloadCache, used) });
        }
        return new ModuleGraph([.. modules.OrderBy(static m => m.Module.Path, StringComparer.Ordinal)]);
    }

    // Go itself forgets of older files what it does not understand of newer ones.
    private static GoVersion? ReadGo(string cache, ModuleVersion module)
    {
        string file = Path.Combine(cache, module.CacheName("mod"));
        return File.Exists(file) ? GoModReader.Read(File.ReadAllText(file), out _)?.Go : null;
    }

    /// <summary>A module, as it was chosen.</summary>
    /// <param name="Module">The module that is asked for.</param>
    /// <param name="Used">What is taken: itself, or what takes its place.</param>
    /// <param name="IsDirectory">Whether a directory takes its place.</param>
    /// <param name="IsIndirect">Whether only dependencies need it.</param>
    public sealed record Chosen(ModuleVersion Module, ModuleVersion Used, bool IsDirectory, bool IsIndirect)
    {
        /// <summary>The version of Go that it asks for; null when it asks for none.</summary>
        public GoVersion? Go { get; init; }
    }
}
