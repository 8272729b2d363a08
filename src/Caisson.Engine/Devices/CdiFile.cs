using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Caisson.Engine.Devices;

/// <summary>Reads a file that describes devices.</summary>
internal static class CdiFile
{
    private const int MaxBytes = 4 << 20;

    /// <summary>Whether a file is one, by its name.</summary>
    public static bool IsOne(string path) => Path.GetExtension(path) is ".json" or ".yaml" or ".yml";

    /// <summary>The devices that it describes.</summary>
    /// <exception cref="FormatException">It cannot be read, or is not what the specification says.</exception>
    public static ImmutableArray<Device> Read(string path)
    {
        CdiDocument document = Parse(path);
        if (document.Version is null)
            throw new FormatException("cdiVersion is missing");
        if (document.Kind?.Split('/') is not [{ Length: > 0 }, { Length: > 0 }])
            throw new FormatException("kind is not vendor.com/class");
        if (document.Devices.FirstOrDefault(static d => string.IsNullOrEmpty(d.Name)) is not null)
            throw new FormatException("a device has no name");
        return
        [
            .. document.Devices.Select(device => new Device($"{document.Kind}={device.Name}")
            {
                File = path,
                Shared = document.Edits,
                Own = device.Edits,
                Annotations = ImmutableDictionary.CreateRange(StringComparer.Ordinal, document.Annotations).SetItems(device.Annotations),
            }),
        ];
    }

    private static CdiDocument Parse(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] bytes = new byte[MaxBytes + 1];
            int count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (count > MaxBytes)
                throw new FormatException("it is too large");
            Memory<byte> content = bytes.AsMemory(0, count);
            byte[] json = Path.GetExtension(path) == ".json" ? content.ToArray() : YamlText.ToJson(Encoding.UTF8.GetString(content.Span));
            return JsonSerializer.Deserialize(json, DevicesJsonContext.Default.CdiDocument) ?? throw new FormatException("it is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new FormatException(e.Message, e);
        }
    }
}
