using System.Globalization;
using Caisson.Evidence.Verification;
using Caisson.Oci.Model;

namespace Caisson.Cli.Images;

/// <summary>What was verified of an image, for people.</summary>
internal static class VerificationText
{
    /// <summary>Writes it.</summary>
    public static void Write(string place, Digest image, IReadOnlyList<VerifiedStatement> verified, TextWriter output)
    {
        output.WriteLine($"{place} is verified");
        Columns image1 = new(output, null, "", "");
        image1.Add("digest", image.Value);
        image1.Write();
        foreach (VerifiedStatement statement in verified)
        {
            StatementFacts facts = statement.Facts;
            output.WriteLine();
            Columns columns = new(output, null, "", "");
            columns.Add("says", facts.PredicateType);
            columns.Add("kept as", statement.Manifest.Value);
            Add(columns, "builder", facts.Builder);
            Add(columns, "build type", facts.BuildType);
            Add(columns, "build", facts.Invocation);
            columns.Add("made of", facts.MaterialCount == 1 ? "1 input" : facts.MaterialCount.ToString(CultureInfo.InvariantCulture) + " inputs");
            columns.Add("hermetic", facts.IsHermetic switch { true => "yes", false => "not shown", null => "does not say" });
            columns.Add("reproducible", facts.IsReproducible switch { true => "yes", false => "not shown", null => "does not say" });
            columns.Write();
        }
    }

    private static void Add(Columns columns, string name, string? value)
    {
        if (value is not null)
            columns.Add(name, value);
    }
}
