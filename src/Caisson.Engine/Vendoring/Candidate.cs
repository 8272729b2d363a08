using System.Collections.Immutable;
using Caisson.Linux.Native;

namespace Caisson.Engine.Vendoring;

/// <summary>A version that may be the one that is packed: its files, copied so that go can work on them.</summary>
/// <param name="Files">Its files as they came.</param>
/// <param name="Copy">The copy.</param>
/// <param name="Module">The directory of the module in the copy.</param>
/// <param name="GoMod">What its go.mod says.</param>
internal sealed record Candidate(SourceFiles Files, string Copy, string Module, GoModFile GoMod)
{
    /// <summary>What stands in the place of credentials and paths in messages.</summary>
    public string Shown => Files.Version.Length == 0 ? GoMod.Module : $"{GoMod.ShortName} {Files.Version}";

    /// <summary>Copies the files of a version and reads its go.mod.</summary>
    /// <param name="files">The files.</param>
    /// <param name="moduleDirectory">Where the module is in them.</param>
    /// <param name="copy">An empty directory.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">There is no go.mod, or it cannot be read.</exception>
    public static Candidate Make(SourceFiles files, string moduleDirectory, string copy, CancellationToken ct)
    {
        TreeCopy.Copy(files.Directory, copy, files.Holds, ct);
        string module = moduleDirectory.Length == 0 ? copy : Path.Combine(copy, moduleDirectory);
        FileInfo file = new(Path.Combine(module, "go.mod"));
        string shown = files.Version.Length == 0 ? "the source" : files.Version;
        RefuseLinks(copy, moduleDirectory, shown);
        if (!file.Exists)
            throw new BuildException(EngineCodes.NoGoModule, $"{shown} has no go.mod{(moduleDirectory.Length == 0 ? "" : $" in {moduleDirectory}")}", "name the directory of the module in the repository with --module-dir; what is no Go module cannot be packed so");
        GoModFile parsed = GoModReader.Read(File.ReadAllText(file.FullName), out string? problem)
            ?? throw new BuildException(EngineCodes.NoGoModule, $"the go.mod of {shown} cannot be read: {problem}");
        return new Candidate(files, copy, module, RequireInside(parsed, copy, module));
    }

    // Go writes to these, and would write to wherever a link of a stranger leads.
    private static void RefuseLinks(string copy, string moduleDirectory, string shown)
    {
        using DirectoryHandle root = DirectoryHandle.Open(copy);
        using DirectoryHandle? module = root.TryOpenDirectory(moduleDirectory);
        string? wrong = module is null ? moduleDirectory : Array.Find((string[])["go.mod", "go.sum"], name => module.TryStatus(name) is { Kind: not FileKind.File });
        if (wrong is not null)
            throw new BuildException(EngineCodes.NoGoModule, module is null ? $"{shown} has no directory {wrong}" : $"{wrong} of {shown} is no file", "name the directory of the module in the repository with --module-dir");
    }

    // What a directory takes the place of would be missing where the archive is unpacked.
    private static GoModFile RequireInside(GoModFile parsed, string copy, string module)
    {
        ImmutableArray<GoModFile.Replacement> outside = [.. parsed.Replacements.Where(r => r.IsDirectory && !IsInside(Path.GetFullPath(r.New.Path, module), copy))];
        if (outside.IsEmpty)
            return parsed;
        throw new BuildException(EngineCodes.VendorSourceUnusable, $"go.mod replaces {outside[0].Old} by {outside[0].New.Path}, which is outside of what is packed", "pack the directory that holds both, with --module-dir for the module");
    }

    private static bool IsInside(string path, string directory) => path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal);
}
