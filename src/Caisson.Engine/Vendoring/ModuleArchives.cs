using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;

namespace Caisson.Engine.Vendoring;

/// <summary>The modules that go has fetched: the files of its download cache, checked by ourselves against the sums of the sources.</summary>
/// <param name="cache">The directory: a module proxy in files.</param>
/// <param name="sums">The sums that modules must have.</param>
internal sealed class ModuleArchives(string cache, GoSumFile sums)
{
    /// <summary>Describes a module that was fetched.</summary>
    /// <exception cref="BuildException">It is not the one of the sum, or no archive.</exception>
    public PackedModule Describe(ModuleGraph.Chosen chosen)
    {
        PackedModule packed = new(chosen.Module, chosen.Used) { Go = chosen.Go, IsIndirect = chosen.IsIndirect };
        if (chosen.IsDirectory)
            return packed;
        using ZipArchive archive = Open(chosen.Used);
        string sum = SumOf(chosen.Used, archive);
        bool? agrees = sums.Agrees(chosen.Used, sum);
        if (agrees == false)
            throw Mismatch(chosen.Used.ToString(), sum);
        return packed with { Sum = sum, IsInGoSum = agrees == true, Licences = Licences.Of(archive, chosen.Used) };
    }

    /// <summary>The modules whose whole archives were fetched.</summary>
    public ImmutableHashSet<ModuleVersion> Fetched(IEnumerable<ModuleVersion> modules) => [.. modules.Where(m => m.IsSafe && File.Exists(PathOf(m, "zip")))];

    /// <summary>Writes what a build needs of the cache: nothing in it says when or from where it was fetched.</summary>
    /// <param name="directory">An empty directory, which becomes a module proxy in files.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The modules of which only their go.mod is there.</returns>
    /// <exception cref="BuildException">One of them is not the one of the sum.</exception>
    public ImmutableArray<PackedGoMod> CopyTo(string directory, CancellationToken ct)
    {
        ImmutableArray<PackedGoMod>.Builder alone = ImmutableArray.CreateBuilder<PackedGoMod>();
        foreach (string file in Directory.GetFiles(cache, "*.mod", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            ct.ThrowIfCancellationRequested();
            string name = Path.GetRelativePath(cache, file);
            string stem = name[..^".mod".Length];
            if (Unescape(stem) is not { } module)
                continue; // of the database of sums, and the like
            byte[] content = File.ReadAllBytes(file);
            string sum = ModuleHash.OfGoMod(content);
            if (sums.AgreesOnGoMod(module, sum) == false)
                throw Mismatch($"the go.mod of {module}", sum);
            Write(directory, name, content);
            Write(directory, stem + ".info", Encoding.UTF8.GetBytes($"{{\"Version\":\"{module.Version}\"}}"));
            if (File.Exists(Path.Combine(cache, stem + ".zip")))
                CopyArchive(directory, stem, module);
            else
                alone.Add(new PackedGoMod(module, sum));
        }
        return [.. alone.OrderBy(static m => m.Module.Path, StringComparer.Ordinal).ThenBy(static m => m.Module.Version, StringComparer.Ordinal)];
    }

    private void CopyArchive(string directory, string stem, ModuleVersion module)
    {
        using (ZipArchive archive = Open(module))
        {
            string sum = SumOf(module, archive);
            if (sums.Agrees(module, sum) == false)
                throw Mismatch(module.ToString(), sum);
            Write(directory, stem + ".ziphash", Encoding.ASCII.GetBytes(sum));
        }
        File.Copy(Path.Combine(cache, stem + ".zip"), Path.Combine(directory, stem + ".zip"));
    }

    private static void Write(string directory, string name, byte[] content)
    {
        string path = Path.Combine(directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? directory);
        File.WriteAllBytes(path, content);
    }

    private string PathOf(ModuleVersion module, string kind) => Path.Combine(cache, module.CacheName(kind));

    private ZipArchive Open(ModuleVersion module)
    {
        try
        {
            return ZipFile.OpenRead(PathOf(module, "zip"));
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BuildException(EngineCodes.ModulesUnavailable, $"the archive of {module} cannot be read: {e.Message}", null, e);
        }
    }

    private static string SumOf(ModuleVersion module, ZipArchive archive)
    {
        try
        {
            return ModuleHash.OfArchive(archive);
        }
        catch (InvalidDataException e)
        {
            throw new BuildException(EngineCodes.ModulesUnavailable, $"the archive of {module} cannot be read: {e.Message}", null, e);
        }
    }

    // "golang.org/x/net/@v/v0.1.0", upper case as "!" and lower case.
    private static ModuleVersion? Unescape(string stem)
    {
        int at = stem.LastIndexOf("/@v/", StringComparison.Ordinal);
        if (at < 0)
            return null;
        ModuleVersion module = new(Plain(stem[..at]), Plain(stem[(at + "/@v/".Length)..]));
        return module.IsSafe && module.CacheName("mod") == stem + ".mod" ? module : null;
    }

    private static string Plain(string escaped)
    {
        StringBuilder plain = new(escaped.Length);
        for (int i = 0; i < escaped.Length; i++)
            plain.Append(escaped[i] == '!' && i + 1 < escaped.Length ? char.ToUpperInvariant(escaped[++i]) : escaped[i]);
        return plain.ToString();
    }

    private static BuildException Mismatch(string what, string sum) =>
        new(EngineCodes.ModuleSumMismatch, $"{what} is not the one of go.sum: it has {sum}", "somebody has changed the module after the sum was written, or on its way here: find out before you use it");
}
