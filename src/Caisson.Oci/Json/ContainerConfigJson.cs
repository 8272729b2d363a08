using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Oci.Model;

namespace Caisson.Oci.Json;

/// <summary>The JSON of <see cref="ContainerConfig"/> with its <see cref="HealthCheck"/>.</summary>
internal static class ContainerConfigJson
{
    /// <summary>Reads the value of a field that is one or null.</summary>
    public static ContainerConfig? ReadOrNull(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        string? user = null, workingDir = null, stopSignal = null;
        ImmutableSortedSet<string>? ports = null, volumes = null;
        ImmutableArray<string>? env = null, entrypoint = null, cmd = null, onBuild = null, shell = null;
        HealthCheck? healthCheck = null;
        bool? argsEscaped = null;
        ImmutableSortedDictionary<string, string>? labels = null;
        Dictionary<string, JsonElement>? unknown = null;
        JsonFields.Enter(ref reader);
        while (JsonFields.Next(ref reader))
        {
            if (reader.ValueTextEquals("User"u8))
                user = JsonFields.TextOrNull(ref reader);
            else if (reader.ValueTextEquals("ExposedPorts"u8))
                ports = JsonFields.SetOrNull(ref reader);
            else if (reader.ValueTextEquals("Env"u8))
                env = JsonFields.TextsOrNull(ref reader);
            else if (reader.ValueTextEquals("Entrypoint"u8))
                entrypoint = JsonFields.TextsOrNull(ref reader);
            else if (reader.ValueTextEquals("Cmd"u8))
                cmd = JsonFields.TextsOrNull(ref reader);
            else if (reader.ValueTextEquals("Healthcheck"u8))
                healthCheck = ReadHealthCheck(ref reader);
            else if (reader.ValueTextEquals("ArgsEscaped"u8))
                argsEscaped = JsonFields.TruthOrNull(ref reader);
            else if (reader.ValueTextEquals("Volumes"u8))
                volumes = JsonFields.SetOrNull(ref reader);
            else if (reader.ValueTextEquals("WorkingDir"u8))
                workingDir = JsonFields.TextOrNull(ref reader);
            else if (reader.ValueTextEquals("OnBuild"u8))
                onBuild = JsonFields.TextsOrNull(ref reader);
            else if (reader.ValueTextEquals("Labels"u8))
                labels = JsonFields.MapOrNull(ref reader);
            else if (reader.ValueTextEquals("StopSignal"u8))
                stopSignal = JsonFields.TextOrNull(ref reader);
            else if (reader.ValueTextEquals("Shell"u8))
                shell = JsonFields.TextsOrNull(ref reader);
            else
                JsonFields.Keep(ref reader, ref unknown);
        }
        return new ContainerConfig
        {
            User = user,
            ExposedPorts = ports,
            Env = env,
            Entrypoint = entrypoint,
            Cmd = cmd,
            HealthCheck = healthCheck,
            ArgsEscaped = argsEscaped,
            Volumes = volumes,
            WorkingDir = workingDir,
            OnBuild = onBuild,
            Labels = labels,
            StopSignal = stopSignal,
            Shell = shell,
            Unknown = unknown,
        };
    }

    /// <summary>Writes one.</summary>
    public static void Write(Utf8JsonWriter writer, ContainerConfig config)
    {
        writer.WriteStartObject();
        JsonFields.WriteText(writer, "User"u8, config.User);
        JsonFields.WriteSet(writer, "ExposedPorts"u8, config.ExposedPorts);
        JsonFields.WriteTexts(writer, "Env"u8, config.Env);
        JsonFields.WriteTexts(writer, "Entrypoint"u8, config.Entrypoint);
        JsonFields.WriteTexts(writer, "Cmd"u8, config.Cmd);
        Write(writer, "Healthcheck"u8, config.HealthCheck);
        JsonFields.WriteTruth(writer, "ArgsEscaped"u8, config.ArgsEscaped);
        JsonFields.WriteSet(writer, "Volumes"u8, config.Volumes);
        JsonFields.WriteText(writer, "WorkingDir"u8, config.WorkingDir);
        JsonFields.WriteTexts(writer, "OnBuild"u8, config.OnBuild);
        JsonFields.WriteMap(writer, "Labels"u8, config.Labels);
        JsonFields.WriteText(writer, "StopSignal"u8, config.StopSignal);
        JsonFields.WriteTexts(writer, "Shell"u8, config.Shell);
        JsonFields.WriteUnknown(writer, config.Unknown);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, HealthCheck? check)
    {
        if (check is null)
            return;
        writer.WriteStartObject(name);
        JsonFields.WriteTexts(writer, "Test"u8, check.Test);
        JsonFields.WriteNumber(writer, "Interval"u8, check.IntervalNanoseconds);
        JsonFields.WriteNumber(writer, "Timeout"u8, check.TimeoutNanoseconds);
        JsonFields.WriteNumber(writer, "StartPeriod"u8, check.StartPeriodNanoseconds);
        JsonFields.WriteNumber(writer, "StartInterval"u8, check.StartIntervalNanoseconds);
        JsonFields.WriteNumber(writer, "Retries"u8, check.Retries);
        writer.WriteEndObject();
    }

    private static HealthCheck? ReadHealthCheck(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        ImmutableArray<string>? test = null;
        long? interval = null, timeout = null, startPeriod = null, startInterval = null;
        int? retries = null;
        JsonFields.Enter(ref reader);
        while (JsonFields.Next(ref reader))
        {
            if (reader.ValueTextEquals("Test"u8))
                test = JsonFields.TextsOrNull(ref reader);
            else if (reader.ValueTextEquals("Interval"u8))
                interval = JsonFields.NumberOrNull(ref reader);
            else if (reader.ValueTextEquals("Timeout"u8))
                timeout = JsonFields.NumberOrNull(ref reader);
            else if (reader.ValueTextEquals("StartPeriod"u8))
                startPeriod = JsonFields.NumberOrNull(ref reader);
            else if (reader.ValueTextEquals("StartInterval"u8))
                startInterval = JsonFields.NumberOrNull(ref reader);
            else if (reader.ValueTextEquals("Retries"u8))
                retries = JsonFields.SmallNumberOrNull(ref reader);
            else
                reader.Skip();
        }
        return new HealthCheck
        {
            Test = test,
            IntervalNanoseconds = interval,
            TimeoutNanoseconds = timeout,
            StartPeriodNanoseconds = startPeriod,
            StartIntervalNanoseconds = startInterval,
            Retries = retries,
        };
    }
}
