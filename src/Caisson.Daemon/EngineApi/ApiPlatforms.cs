using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Engine;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon.EngineApi;

/// <summary>The platforms that a request names, and what an image has for them.</summary>
internal static class ApiPlatforms
{
    /// <summary>The platform that a request names; null when it names none.</summary>
    /// <exception cref="ApiException">It is none, or there are several.</exception>
    public static Platform? One(ApiRequest request) => All(request, "platform") switch
    {
        [] => null,
        [var one] => one,
        _ => throw ApiException.Bad("one platform can be named at a time"),
    };

    /// <summary>The image for a platform; without one, that for this machine, or the first.</summary>
    /// <param name="name">What the client calls the image.</param>
    /// <exception cref="ApiException">It has none for the platform.</exception>
    public static Image Of(StoredImage image, string name, Platform? platform) => platform is null ? ImageJson.Own(image)
        : image.Images.FirstOrDefault(i => platform.Accepts(i.Config.Platform)) ?? throw new ApiException(StatusCodes.Status404NotFound, $"image with reference {name} was found but " + (image.Images.Length == 1
            ? $"its platform ({NamesOf(image)}) does not match the specified platform ({platform})"
            : $"does not provide the specified platform ({platform}); it has {NamesOf(image)}"));

    /// <summary>Checks that what is to be removed of an image is all of it, when a request names platforms.</summary>
    /// <exception cref="ApiException">The image has others, or has one of them not.</exception>
    public static void CheckWhole(ApiRequest request, StoredImage image)
    {
        ImmutableArray<Platform> platforms = All(request, "platforms");
        foreach (Platform platform in platforms)
            Of(image, request.Name, platform);
        if (!platforms.IsEmpty && !image.Images.All(i => platforms.Any(p => p.Accepts(i.Config.Platform))))
            throw ApiException.Bad($"image {request.Name} is for several platforms ({NamesOf(image)}), which are removed as a whole: leave out --platform");
    }

    // As os/architecture, as JSON, or as a list in JSON; and each of them any number of times.
    private static ImmutableArray<Platform> All(ApiRequest request, string parameter) => [.. request.Values(parameter).SelectMany(text => Read(parameter, text))];

    private static IEnumerable<Platform> Read(string parameter, string text)
    {
        // Docker completes a system that stands alone with the machine's processor; Dockerfiles name platforms whole.
        if (text.Equals(BuildEngine.MachinePlatform.Os, StringComparison.OrdinalIgnoreCase))
            return [BuildEngine.MachinePlatform];
        if (!text.StartsWith('{') && !text.StartsWith('['))
            return [Parse(text)];
        JsonElement json = ApiRequest.ReadJson(parameter, text);
        return json.ValueKind == JsonValueKind.Array ? json.EnumerateArray().Select(Parse) : [Parse(json)];
    }

    private static Platform Parse(JsonElement json) => json.ValueKind != JsonValueKind.Object
        ? throw ApiException.Bad($"{json.GetRawText()} is no platform")
        : Parse(string.Join('/', ((string[])["os", "architecture", "variant"])
            .Select(f => json.TryGetProperty(f, out JsonElement part) && part.ValueKind == JsonValueKind.String ? part.GetString() : null).Where(static p => !string.IsNullOrEmpty(p))));

    private static Platform Parse(string text) =>
        Platform.TryParse(text, out Platform? platform) ? platform : throw ApiException.Bad($"\"{text}\" is no platform; write linux/amd64");

    private static string NamesOf(StoredImage image) => string.Join(", ", image.Images.Select(static i => i.Config.Platform.ToString()));
}
