using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Caisson.Linux.Native;

namespace Caisson.Engine.Vendoring;

/// <summary>What is in an archive of sources, for who inspects it: nothing of the machine or the hour is in it.</summary>
internal sealed record VendorManifest
{
    /// <summary>The name that the manifest has in the archive.</summary>
    public const string FileName = "caisson-vendor.json";

    private const string Format = "caisson-vendor/1";
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The main module.</summary>
    public required string Module { get; init; }

    /// <summary>Where it is in the archive, from the top directory there.</summary>
    public required string ModuleDirectory { get; init; }

    /// <summary>The version that was packed; empty for files of no repository.</summary>
    public required string Version { get; init; }

    /// <summary>The address of the repository, without credentials; null for one of the machine.</summary>
    public string? Repository { get; init; }

    /// <summary>The commit; null when the files may not be those of one.</summary>
    public string? Commit { get; init; }

    /// <summary>The time that all files carry.</summary>
    public required FileTime Time { get; init; }

    /// <summary>The toolchain that supports all of it.</summary>
    public required GoVersion Toolchain { get; init; }

    /// <summary>The version of Go that the main module asks for; null when it asks for none.</summary>
    public GoVersion? Go { get; init; }

    /// <summary>How the dependencies are packed.</summary>
    public required GoVendorMode Mode { get; init; }

    /// <summary>The files that go had to change for it, from the top directory in the archive.</summary>
    public ImmutableArray<string> ChangedFiles { get; init; } = [];

    /// <summary>The licences of the main module.</summary>
    public ImmutableArray<Licences.Licence> Licences { get; init; } = [];

    /// <summary>The modules whose files are in the archive.</summary>
    public required ImmutableArray<PackedModule> Modules { get; init; }

    /// <summary>The modules of which only their go.mod is in the archive.</summary>
    public ImmutableArray<PackedGoMod> GoModOnly { get; init; } = [];

    /// <summary>The manifest as JSON, with a line break at its end.</summary>
    public byte[] ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteString("module", Module);
            json.WriteString("moduleDirectory", ModuleDirectory);
            json.WriteString("version", Version);
            WriteOptional(json, "repository", Repository);
            WriteOptional(json, "commit", Commit);
            json.WriteString("time", Time.ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteString("toolchain", Toolchain.ToolchainName);
            WriteOptional(json, "go", Go?.ToString());
            json.WriteString("mode", Mode == GoVendorMode.Vendor ? "vendor" : "modcache");
            json.WriteStartArray("changedFiles");
            foreach (string file in ChangedFiles)
                json.WriteStringValue(file);
            json.WriteEndArray();
            Write(json, Licences);
            json.WriteStartArray("modules");
            foreach (PackedModule module in Modules)
                Write(json, module);
            json.WriteEndArray();
            json.WriteStartArray("goModOnly");
            foreach (PackedGoMod module in GoModOnly)
                Write(json, module);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    private static void Write(Utf8JsonWriter json, PackedModule module)
    {
        json.WriteStartObject();
        json.WriteString("path", module.Module.Path);
        json.WriteString("version", module.Module.Version);
        if (module.Used != module.Module)
        {
            json.WriteStartObject("replacedBy");
            json.WriteString("path", module.Used.Path);
            WriteOptional(json, "version", module.Used.Version);
            json.WriteEndObject();
        }
        WriteOptional(json, "go", module.Go?.ToString());
        WriteOptional(json, "sum", module.Sum);
        json.WriteBoolean("inGoSum", module.IsInGoSum);
        json.WriteBoolean("indirect", module.IsIndirect);
        Write(json, module.Licences);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, PackedGoMod module)
    {
        json.WriteStartObject();
        json.WriteString("path", module.Module.Path);
        json.WriteString("version", module.Module.Version);
        json.WriteString("goModSum", module.Sum);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ImmutableArray<Licences.Licence> licences)
    {
        json.WriteStartArray("licences");
        foreach (Licences.Licence licence in licences)
        {
            json.WriteStartObject();
            json.WriteString("file", licence.File);
            json.WriteString("digest", licence.Digest.Value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            json.WriteString(name, value);
    }
}
