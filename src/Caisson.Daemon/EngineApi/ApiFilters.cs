using System.Collections.Immutable;
using System.Text.Json;

namespace Caisson.Daemon.EngineApi;

/// <summary>The parameter <c>filters</c>: names, each with values of which one must fit.</summary>
/// <remarks>Docker Engine API 1.24: <c>{"name":["value"]}</c>; clients write <c>{"name":{"value":true}}</c> as well.</remarks>
internal sealed class ApiFilters
{
    private readonly ImmutableDictionary<string, ImmutableArray<string>> _values;

    private ApiFilters(ImmutableDictionary<string, ImmutableArray<string>> values) => _values = values;

    /// <summary>Reads them.</summary>
    /// <param name="request">The request.</param>
    /// <param name="known">The names that are understood.</param>
    /// <exception cref="ApiException">They are no filters, or there is another among them.</exception>
    public static ApiFilters Read(ApiRequest request, params ReadOnlySpan<string> known)
    {
        ImmutableDictionary<string, ImmutableArray<string>> values = ImmutableDictionary.Create<string, ImmutableArray<string>>(StringComparer.Ordinal);
        if (request.Json("filters") is not { } given || given.ValueKind == JsonValueKind.Null)
            return new ApiFilters(values);
        if (given.ValueKind != JsonValueKind.Object)
            throw ApiException.Bad("invalid filter: an object is needed");
        foreach (JsonProperty filter in given.EnumerateObject())
        {
            if (!known.Contains(filter.Name))
                throw ApiException.Bad($"invalid filter '{filter.Name}'");
            values = values.SetItem(filter.Name, ValuesOf(filter.Value));
        }
        return new ApiFilters(values);
    }

    /// <summary>The values of a filter; none when it is not given.</summary>
    public ImmutableArray<string> this[string name] => _values.GetValueOrDefault(name, []);

    /// <summary>The same without one of them.</summary>
    public ApiFilters Without(string name) => new(_values.Remove(name));

    /// <summary>A filter that is yes or no; null when it is not given.</summary>
    /// <exception cref="ApiException">It is neither.</exception>
    public bool? Truth(string name) => this[name] switch
    {
        [] => null,
        ["1" or "true"] => true,
        ["0" or "false"] => false,
        _ => throw ApiException.Bad($"invalid filter '{name}={string.Join(',', this[name])}'"),
    };

    private static ImmutableArray<string> ValuesOf(JsonElement values) => values.ValueKind switch
    {
        JsonValueKind.Array => [.. values.EnumerateArray().Select(static v => v.ValueKind == JsonValueKind.String ? v.GetString()! : throw ApiException.Bad("invalid filter: its values are texts"))],
        JsonValueKind.Object => [.. values.EnumerateObject().Where(static v => v.Value.ValueKind == JsonValueKind.True).Select(static v => v.Name)],
        _ => throw ApiException.Bad("invalid filter: its values are a list"),
    };
}
