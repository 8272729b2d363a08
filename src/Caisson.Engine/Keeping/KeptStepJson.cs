using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Engine.Graph;
using Caisson.Engine.Steps;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Keeping;

/// <summary>The definition of a kept step, as JSON. Of secrets it has the ids, never the values.</summary>
/// <remarks>Whatever is read may have been written by anyone: what does not fit is an <see cref="InvalidDataException"/>.</remarks>
internal static class KeptStepJson
{
    private const int Version = 1;
    private const int MaxDepth = 16;

    private delegate T Reader<T>(JsonElement root);

    /// <summary>The definition.</summary>
    public static byte[] Write(KeptStep step, FailedRun run)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("name", step.Name);
            json.WriteString("keptAt", step.KeptAt);
            if (step.ExitCode is { } exitCode)
                json.WriteNumber("exitCode", exitCode);
            json.WriteString("dockerfile", step.Dockerfile);
            json.WriteString("shell", step.Shell);
            json.WriteStartObject("run");
            RunJson.Write(json, run.Run);
            json.WriteEndObject();
            json.WriteStartArray("inputs");
            foreach (StepInput input in run.Inputs)
                Write(json, input);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>What people know of a step.</summary>
    /// <exception cref="InvalidDataException">The definition is damaged.</exception>
    public static KeptStep ReadStep(string id, byte[] definition) => Read(definition, root => new KeptStep(id, Text(root, "name"), root.GetProperty("keptAt").GetDateTimeOffset())
    {
        ExitCode = root.TryGetProperty("exitCode", out JsonElement code) ? code.GetInt32() : null,
        Dockerfile = Text(root, "dockerfile"),
        Shell = root.GetProperty("shell").GetString(),
        Secrets = SecretsOf(RunJson.Read(root.GetProperty("run"))),
    });

    /// <summary>The names of the layers that a step stands on, each once.</summary>
    /// <exception cref="InvalidDataException">The definition is damaged.</exception>
    public static ImmutableArray<string> ReadLayers(byte[] definition) => Read(definition, static root =>
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        foreach (JsonElement input in root.GetProperty("inputs").EnumerateArray())
        {
            if (input.TryGetProperty("layers", out JsonElement layers))
                names.UnionWith(layers.EnumerateArray().Select(static l => l.GetString() ?? ""));
        }
        return names.ToImmutableArray();
    });

    /// <summary>The step as it was.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="directoryOf">The directory of a layer.</param>
    /// <param name="writtenPath">Where what it wrote on an input is.</param>
    /// <exception cref="InvalidDataException">The definition is damaged.</exception>
    public static FailedRun ReadRun(byte[] definition, Func<LayerId, string> directoryOf, Func<int, string> writtenPath) => Read(definition, root =>
    {
        Operation.Run run = RunJson.Read(root.GetProperty("run"));
        List<StepInput> inputs = [];
        foreach (JsonElement input in root.GetProperty("inputs").EnumerateArray())
            inputs.Add(ReadInput(input, inputs.Count, directoryOf, writtenPath));
        bool isSound = inputs is [StepInput.Left, ..] && run.Mounts.All(m => m switch
        {
            StepMount.Bind bind => bind.Input >= 0 && bind.Input < inputs.Count && inputs[bind.Input] is StepInput.Left,
            StepMount.Cache { Input: { } seed } => seed >= 0 && seed < inputs.Count && inputs[seed] is StepInput.Seed,
            _ => true,
        });
        return isSound ? new FailedRun(run, [.. inputs]) : throw new FormatException("a mount has no input");
    });

    private static void Write(Utf8JsonWriter json, StepInput input)
    {
        json.WriteStartObject();
        switch (input)
        {
            case StepInput.Seed seed:
                json.WriteString("seed", seed.Name);
                break;
            case StepInput.Left left:
                json.WriteStartArray("layers");
                // A layer's directory is that of its form, in one that has its name.
                foreach (string directory in left.Layers)
                    json.WriteStringValue(Path.GetFileName(Path.GetDirectoryName(directory)));
                json.WriteEndArray();
                json.WriteBoolean("isWritten", left.WrittenPath is not null);
                break;
            default:
                throw new System.Diagnostics.UnreachableException(input.GetType().Name);
        }
        json.WriteEndObject();
    }

    private static StepInput ReadInput(JsonElement input, int index, Func<LayerId, string> directoryOf, Func<int, string> writtenPath)
    {
        if (input.TryGetProperty("seed", out JsonElement seed))
            return new StepInput.Seed(seed.GetString() ?? "");
        ImmutableArray<string>.Builder directories = ImmutableArray.CreateBuilder<string>();
        foreach (JsonElement layer in input.GetProperty("layers").EnumerateArray())
            directories.Add(directoryOf(LayerId.Parse(layer.GetString() ?? "")));
        return new StepInput.Left(directories.ToImmutable(), input.GetProperty("isWritten").GetBoolean() ? writtenPath(index) : null);
    }

    private static ImmutableArray<string> SecretsOf(Operation.Run run) =>
        [.. run.Mounts.OfType<StepMount.Secret>().Select(static s => s.Id).Concat(run.SecretEnvironment.Select(static s => s.Id)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static T Read<T>(byte[] definition, Reader<T> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(definition, new JsonDocumentOptions { MaxDepth = MaxDepth });
            JsonElement root = document.RootElement;
            return root.GetProperty("version").GetInt32() == Version ? read(root) : throw new FormatException("it was written by another version of caisson");
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            throw new InvalidDataException($"its definition cannot be read: {e.Message}", e);
        }
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";
}
