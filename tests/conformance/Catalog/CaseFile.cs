using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Caisson.Conformance.Catalog;

/// <summary>The file <c>case.json</c> of a case: all that its Dockerfile does not say. Every member may be left out.</summary>
/// <remarks>In arguments and variables <c>{case}</c> stands for the folder of the case, and <c>{context}</c> for its context.</remarks>
internal sealed record CaseFile
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>What the case shows, where its name and its Dockerfile do not tell.</summary>
    public string? About { get; init; }

    /// <summary>Arguments of <c>build</c>, for every builder.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Environment variables of the builders.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The context argument. Default: the folder <c>context</c>, which may be missing for an empty one.</summary>
    public string Context { get; init; } = "{context}";

    /// <summary>A file of the case for the builders' standard input.</summary>
    public string? Input { get; init; }

    /// <summary>The Dockerfile's name in the folder; empty when no <c>--file</c> is to be given.</summary>
    public string Dockerfile { get; init; } = "Dockerfile";

    /// <summary>That it must be refused, and how. Otherwise it must build.</summary>
    public ExpectedRefusal? Refused { get; init; }

    /// <summary>The ids of those intended differences that this case shows; those of every case are not named.</summary>
    public ImmutableArray<string> Differences { get; init; } = [];

    public static CaseFile Read(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize<CaseFile>(File.ReadAllText(path), Options) ?? throw new InvalidDataException($"{path} holds null") : new CaseFile();
}
