namespace Caisson.Engine.Vendoring;

/// <summary>What a <c>go.sum</c> says: the hashes that modules must have.</summary>
/// <remarks>Go modules reference, "go.sum files": <c>MODULE VERSION HASH</c>, and <c>MODULE VERSION/go.mod HASH</c> of its go.mod alone.</remarks>
internal sealed class GoSumFile
{
    private const string OfGoMod = "/go.mod";
    private readonly Dictionary<ModuleVersion, HashSet<string>> _hashes = [];

    /// <summary>Reads a text; lines that are none are passed over.</summary>
    public static GoSumFile Read(string text)
    {
        GoSumFile sums = new();
        foreach (string line in text.Split('\n'))
        {
            if (line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries) is not [var path, var version, var hash])
                continue;
            ModuleVersion module = new(path, version);
            if (!sums._hashes.TryGetValue(module, out HashSet<string>? known))
                sums._hashes[module] = known = new HashSet<string>(StringComparer.Ordinal);
            known.Add(hash);
        }
        return sums;
    }

    /// <summary>Whether a module has the hash that it must have; null when nothing is said of it.</summary>
    public bool? Agrees(ModuleVersion module, string hash) => Check(module, hash);

    /// <summary>Whether the go.mod of a module has the hash that it must have; null when nothing is said of it.</summary>
    public bool? AgreesOnGoMod(ModuleVersion module, string hash) => Check(module with { Version = module.Version + OfGoMod }, hash);

    // Hashes of a kind that is not known yet stand beside those that are.
    private bool? Check(ModuleVersion module, string hash) =>
        _hashes.TryGetValue(module, out HashSet<string>? known) && known.Any(static h => h.StartsWith(ModuleHash.Prefix, StringComparison.Ordinal)) ? known.Contains(hash) : null;
}
