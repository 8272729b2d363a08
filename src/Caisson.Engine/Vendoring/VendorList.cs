using System.Collections.Immutable;

namespace Caisson.Engine.Vendoring;

/// <summary>What <c>go mod vendor</c> lists of what it made.</summary>
/// <remarks>Go modules reference, "Vendoring": <c>vendor/modules.txt</c> has a line <c># MODULE VERSION [=> REPLACEMENT [VERSION]]</c> and the packages below it.</remarks>
internal static class VendorList
{
    /// <summary>The modules that have packages there.</summary>
    /// <param name="directory">The directory of the module.</param>
    public static ImmutableHashSet<string> ReadUsed(string directory)
    {
        string file = Path.Combine(directory, "vendor", "modules.txt");
        return File.Exists(file) ? Parse(File.ReadAllText(file)) : []; // a module without dependencies has none
    }

    /// <summary>The paths of the modules that have packages in a list.</summary>
    public static ImmutableHashSet<string> Parse(string text)
    {
        ImmutableHashSet<string>.Builder used = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        string? module = null;
        foreach (string line in text.Split('\n'))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
                continue;
            if (line.StartsWith("# ", StringComparison.Ordinal))
                module = line.Split(' ') is [_, var path, ..] ? path : null;
            else if (line.Length > 0 && module is not null)
                used.Add(module);
        }
        return used.ToImmutable();
    }
}
