using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon.EngineApi;

/// <summary>A request of the Engine API: its name, its parameters, its version.</summary>
/// <param name="context">The request.</param>
/// <param name="minor">The version that the client speaks, 1.NN; the newest where its address has none.</param>
/// <param name="name">The part of the address that names something, an image for example; empty where there is none.</param>
internal sealed class ApiRequest(HttpContext context, int minor, string name)
{
    private const int MaxJsonLength = 1 << 20;

    /// <summary>The request as it came.</summary>
    public HttpContext Http => context;

    /// <summary>The version that the client speaks: 1.NN.</summary>
    public int Minor => minor;

    /// <summary>What the address names.</summary>
    public string Name => name;

    /// <summary>The client has gone, or the daemon ends.</summary>
    public CancellationToken Aborted => context.RequestAborted;

    /// <summary>The first value of a parameter; null when it is not given, or empty.</summary>
    public string? Value(string parameter) => context.Request.Query[parameter] is [{ Length: > 0 } first, ..] ? first : null;

    /// <summary>All values of a parameter.</summary>
    public IEnumerable<string> Values(string parameter) => context.Request.Query[parameter].OfType<string>().Where(static v => v.Length > 0);

    /// <summary>Whether a parameter says yes, in Docker's spelling: whatever is not no.</summary>
    public bool Flag(string parameter, bool otherwise = false) => Value(parameter) is { } value
        ? value.Trim().ToLowerInvariant() is not ("" or "0" or "no" or "false" or "none")
        : otherwise;

    /// <summary>A number; null when it is not given.</summary>
    /// <exception cref="ApiException">It is none.</exception>
    public long? Number(string parameter) => Value(parameter) is not { } value ? null
        : long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number
        : throw ApiException.Bad($"{parameter} is a number, not \"{value}\"");

    /// <summary>A parameter that is JSON; null when it is not given.</summary>
    /// <exception cref="ApiException">It is none.</exception>
    public JsonElement? Json(string parameter) => Value(parameter) is { } value ? ReadJson(parameter, value) : null;

    /// <summary>A value of a parameter that is JSON.</summary>
    /// <exception cref="ApiException">It is none.</exception>
    public static JsonElement ReadJson(string parameter, string value)
    {
        if (value.Length > MaxJsonLength)
            throw ApiException.Bad($"{parameter} is too long");
        try
        {
            using JsonDocument document = JsonDocument.Parse(value);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw ApiException.Bad($"{parameter} is no JSON: {e.Message}", e);
        }
    }

    /// <summary>A parameter that is an object of texts; null values stay.</summary>
    /// <exception cref="ApiException">It is something else.</exception>
    public IEnumerable<KeyValuePair<string, string?>> Pairs(string parameter)
    {
        switch (Json(parameter))
        {
            case null or { ValueKind: JsonValueKind.Null }:
                yield break;
            case { ValueKind: JsonValueKind.Object } pairs:
                foreach (JsonProperty pair in pairs.EnumerateObject())
                {
                    yield return pair.Value.ValueKind is JsonValueKind.String or JsonValueKind.Null
                        ? KeyValuePair.Create(pair.Name, pair.Value.GetString())
                        : throw ApiException.Bad($"{parameter}: the value of \"{pair.Name}\" is no text");
                }
                break;
            default:
                throw ApiException.Bad($"{parameter} is an object of texts");
        }
    }
}
