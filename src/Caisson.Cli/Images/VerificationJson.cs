using System.Text.Json;
using Caisson.Evidence.Verification;
using Caisson.Oci.Model;

namespace Caisson.Cli.Images;

/// <summary>What was verified of an image, for programs.</summary>
internal static class VerificationJson
{
    /// <summary>The document.</summary>
    public static string Write(string place, Digest image, IReadOnlyList<VerifiedStatement> verified) => JsonOutput.Write(json =>
    {
        json.WriteString("place", place);
        json.WriteString("digest", image.Value);
        json.WriteObjects("statements", verified, statement => Write(json, statement));
    });

    private static void Write(Utf8JsonWriter json, VerifiedStatement statement)
    {
        StatementFacts facts = statement.Facts;
        json.WriteString("manifest", statement.Manifest.Value);
        json.WriteString("predicateType", facts.PredicateType);
        json.WriteOptional("builder", facts.Builder);
        json.WriteOptional("buildType", facts.BuildType);
        json.WriteOptional("invocation", facts.Invocation);
        json.WriteNumber("materials", facts.MaterialCount);
        if (facts.IsHermetic is { } isHermetic)
            json.WriteBoolean("hermetic", isHermetic);
        if (facts.IsReproducible is { } isReproducible)
            json.WriteBoolean("reproducible", isReproducible);
        json.WritePropertyName("statement");
        using JsonDocument document = JsonDocument.Parse(statement.Statement);
        document.RootElement.WriteTo(json);
    }
}
