using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Evidence.Provenance;
using Caisson.Oci.Model;

namespace Caisson.Evidence.Verification;

/// <summary>What a statement of anybody says, as far as it is understood here.</summary>
public sealed record StatementFacts
{
    private const int MaxSubjects = 1_000_000;

    /// <summary>The type of its predicate.</summary>
    public required string PredicateType { get; init; }

    /// <summary>The digests of what it is about.</summary>
    public required ImmutableHashSet<string> Subjects { get; init; }

    /// <summary>Who built it; null when it does not say.</summary>
    public string? Builder { get; init; }

    /// <summary>What kind of build it was; null when it does not say.</summary>
    public string? BuildType { get; init; }

    /// <summary>The name of the build; null when it does not say.</summary>
    public string? Invocation { get; init; }

    /// <summary>How many things it names that the build was made of.</summary>
    public int MaterialCount { get; init; }

    /// <summary>Whether it says that nothing else can have got in; null when it does not say.</summary>
    public bool? IsHermetic { get; init; }

    /// <summary>Whether it says that the same was shown to come of it again; null when it does not say.</summary>
    public bool? IsReproducible { get; init; }

    /// <summary>Whether it is about a manifest.</summary>
    public bool IsAbout(Digest manifest) => Subjects.Contains(manifest.Value);

    /// <summary>Reads a statement.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static StatementFacts Read(ReadOnlyMemory<byte> statement) => UntrustedJson.Read(statement, Signing.DsseEnvelope.MaxBytes, Read);

    private static StatementFacts Read(JsonElement statement)
    {
        string type = UntrustedJson.Text(statement, "_type");
        if (type is not (InToto.StatementV1 or InToto.StatementV01))
            throw new FormatException($"it is a \"{Short(type)}\", and no statement of in-toto");
        JsonElement predicate = UntrustedJson.Find(statement, "predicate") ?? default;
        StatementFacts facts = new() { PredicateType = Short(UntrustedJson.Text(statement, "predicateType")), Subjects = SubjectsOf(statement) };
        return facts.PredicateType switch
        {
            InToto.ProvenanceV1 => facts.WithV1(predicate),
            InToto.ProvenanceV02 => facts.WithV02(predicate),
            _ => facts,
        };
    }

    private StatementFacts WithV1(JsonElement predicate)
    {
        JsonElement definition = UntrustedJson.Find(predicate, "buildDefinition") ?? default;
        JsonElement run = UntrustedJson.Find(predicate, "runDetails") ?? default;
        JsonElement metadata = UntrustedJson.Find(run, "metadata") ?? default;
        return this with
        {
            Builder = UntrustedJson.Find(run, "builder") is { } builder ? TryShort(builder, "id") : null,
            BuildType = TryShort(definition, "buildType"),
            Invocation = TryShort(metadata, "invocationId"),
            MaterialCount = CountOf(definition, "resolvedDependencies"),
            IsHermetic = TryBoolean(metadata, "caisson_hermetic") ?? TryBoolean(metadata, "buildkit_hermetic"),
            IsReproducible = TryBoolean(metadata, "caisson_reproducible") ?? TryBoolean(metadata, "buildkit_reproducible"),
        };
    }

    private StatementFacts WithV02(JsonElement predicate)
    {
        JsonElement metadata = UntrustedJson.Find(predicate, "metadata") ?? default;
        return this with
        {
            Builder = UntrustedJson.Find(predicate, "builder") is { } builder ? TryShort(builder, "id") : null,
            BuildType = TryShort(predicate, "buildType"),
            Invocation = TryShort(metadata, "buildInvocationID"),
            MaterialCount = CountOf(predicate, "materials"),
            IsHermetic = TryBoolean(metadata, "caisson_hermetic"),
            IsReproducible = TryBoolean(metadata, "reproducible"),
        };
    }

    private static ImmutableHashSet<string> SubjectsOf(JsonElement statement)
    {
        ImmutableHashSet<string>.Builder subjects = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (JsonElement subject in UntrustedJson.Items(statement, "subject"))
        {
            if (UntrustedJson.Find(subject, "digest") is not { ValueKind: JsonValueKind.Object } digests)
                throw new FormatException("a subject has no digest");
            foreach (JsonProperty digest in digests.EnumerateObject())
            {
                if (digest.Value.ValueKind == JsonValueKind.String)
                    subjects.Add($"{digest.Name}:{digest.Value.GetString()}");
            }
            if (subjects.Count > MaxSubjects)
                throw new FormatException($"it has more than {MaxSubjects} subjects");
        }
        return subjects.ToImmutable();
    }

    private static int CountOf(JsonElement from, string name) => UntrustedJson.Find(from, name) is { ValueKind: JsonValueKind.Array } list ? list.GetArrayLength() : 0;

    private static bool? TryBoolean(JsonElement from, string name) => UntrustedJson.Find(from, name)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static string? TryShort(JsonElement from, string name) => UntrustedJson.TryText(from, name) is { } text ? Short(text) : null;

    // For people; control characters are no part of a name.
    private static string Short(string text)
    {
        const int longest = 200;
        string clean = new([.. text.Where(static c => !char.IsControl(c)).Take(longest + 1)]);
        return clean.Length > longest ? clean[..longest] + "…" : clean;
    }
}
