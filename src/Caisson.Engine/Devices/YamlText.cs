using System.Buffers;
using System.Globalization;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Caisson.Engine.Devices;

/// <summary>YAML as the JSON that means the same.</summary>
/// <remarks>YAML 1.2.2, the core schema (10.3), without what JSON has no words for: tags, and one node under several names.</remarks>
internal static class YamlText
{
    private const int MaxDepth = 64;

    /// <summary>Turns one document into JSON.</summary>
    /// <exception cref="FormatException">It is no YAML, or holds more than JSON can say.</exception>
    public static byte[] ToJson(string text)
    {
        ArrayBufferWriter<byte> buffer = new();
        try
        {
            Parser parser = new(new StringReader(text));
            parser.Consume<StreamStart>();
            parser.Consume<DocumentStart>();
            using (Utf8JsonWriter json = new(buffer))
                WriteNode(parser, json, depth: 0);
            parser.Consume<DocumentEnd>();
            parser.Consume<StreamEnd>();
            return buffer.WrittenSpan.ToArray();
        }
        catch (YamlException e)
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"line {e.Start.Line}: {e.Message}"), e);
        }
    }

    private static void WriteNode(Parser parser, Utf8JsonWriter json, int depth)
    {
        if (depth > MaxDepth)
            throw new FormatException($"it is nested deeper than {MaxDepth} times");
        if (parser.Accept<Scalar>(out _))
        {
            WriteScalar(parser.Consume<Scalar>(), json);
        }
        else if (parser.TryConsume<SequenceStart>(out _))
        {
            json.WriteStartArray();
            while (!parser.TryConsume<SequenceEnd>(out _))
                WriteNode(parser, json, depth + 1);
            json.WriteEndArray();
        }
        else if (parser.TryConsume<MappingStart>(out _))
        {
            json.WriteStartObject();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                json.WritePropertyName(parser.Consume<Scalar>().Value);
                WriteNode(parser, json, depth + 1);
            }
            json.WriteEndObject();
        }
        else
        {
            ParsingEvent? other = parser.Current;
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"line {other?.Start.Line}: aliases are not read"));
        }
    }

    private static void WriteScalar(Scalar scalar, Utf8JsonWriter json)
    {
        string text = scalar.Value;
        if (!scalar.IsPlainImplicit)
            json.WriteStringValue(text);
        else if (text is "" or "~" or "null" or "Null" or "NULL")
            json.WriteNullValue();
        else if (text is "true" or "True" or "TRUE")
            json.WriteBooleanValue(true);
        else if (text is "false" or "False" or "FALSE")
            json.WriteBooleanValue(false);
        else if (Number(text) is { } number)
            json.WriteNumberValue(number);
        else if (double.TryParse(text, NumberStyles.Float & ~NumberStyles.AllowLeadingWhite & ~NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out double real) && double.IsFinite(real))
            json.WriteNumberValue(real);
        else
            json.WriteStringValue(text);
    }

    // 0o660 is YAML 1.2, 0660 the way of YAML 1.1 and of Go: permission bits are written so.
    private static long? Number(string text)
    {
        if (text.StartsWith("0x", StringComparison.Ordinal))
            return long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long hex) ? hex : null;
        string digits = text.StartsWith("0o", StringComparison.Ordinal) ? text[2..] : text;
        bool isOctal = digits.Length > 1 && digits[0] == '0' || digits.Length < text.Length;
        if (!isOctal)
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;
        return digits.Length is > 0 and < 20 && digits.All(static d => d is >= '0' and <= '7') ? digits.Aggregate(0L, static (sum, d) => sum * 8 + (d - '0')) : null;
    }
}
