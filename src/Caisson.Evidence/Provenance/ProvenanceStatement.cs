using System.Text;
using System.Text.Json;
using Caisson.Dockerfile.Source;
using Caisson.Engine;
using Caisson.Engine.Exporting;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Images;

namespace Caisson.Evidence.Provenance;

/// <summary>Says how something was built, in the words of in-toto and SLSA. The same build gives the same bytes, unless its name and its times are told.</summary>
/// <remarks>in-toto Attestation Framework v1; SLSA provenance v1.0 and v0.2. Fields of our own begin with <c>caisson_</c>, as SLSA wants it.</remarks>
public sealed class ProvenanceStatement
{
    private const string MainContext = "context";

    private readonly ProvenanceFacts _facts;
    private readonly AttestedResult _result;

    private ProvenanceStatement(ProvenanceFacts facts, AttestedResult result)
    {
        _facts = facts;
        _result = result;
    }

    private ProvenanceOptions Options => _facts.Options;

    private BuildInputs Inputs => _result.Result.Inputs;

    /// <summary>The type of the predicate of a version.</summary>
    public static string PredicateTypeOf(ProvenanceVersion version) => version == ProvenanceVersion.V1 ? InToto.ProvenanceV1 : InToto.ProvenanceV02;

    /// <summary>Writes the statement of an export.</summary>
    public static byte[] Write(ProvenanceFacts facts, AttestedResult result)
    {
        ProvenanceStatement statement = new(facts, result);
        bool isNew = facts.Options.Version == ProvenanceVersion.V1;
        return EvidenceJson.Write(json =>
        {
            json.WriteString("_type", isNew ? InToto.StatementV1 : InToto.StatementV01);
            json.Objects("subject", result.Subjects, subject =>
            {
                json.Text("name", subject.Name);
                json.Map("digest", [KeyValuePair.Create(subject.Digest.Algorithm, subject.Digest.Hex)]);
            });
            json.WriteString("predicateType", PredicateTypeOf(facts.Options.Version));
            json.Object("predicate", () =>
            {
                if (isNew)
                    statement.WriteV1(json);
                else
                    statement.WriteV02(json);
            });
        });
    }

    private void WriteV1(Utf8JsonWriter json)
    {
        json.Object("buildDefinition", () =>
        {
            json.WriteString("buildType", InToto.BuildType);
            json.Object("externalParameters", () => WriteExternal(json));
            json.Object("internalParameters", () => WriteInternal(json));
            json.Objects("resolvedDependencies", Materials.Of(Inputs, Options.IsMax), material => WriteDescriptor(json, material));
        });
        json.Object("runDetails", () =>
        {
            json.Object("builder", () =>
            {
                json.Text("id", Options.BuilderId);
                json.Map("version", [KeyValuePair.Create("caisson", _facts.EngineVersion)]);
            });
            json.Object("metadata", () =>
            {
                if (!Options.IsReproducible)
                {
                    json.Text("invocationId", _result.Result.BuildId);
                    json.Time("startedOn", _result.Started);
                    json.Time("finishedOn", _result.Finished);
                }
                json.WriteBoolean("caisson_hermetic", Inputs.IsHermetic);
                json.WriteBoolean("caisson_reproducible", Inputs.IsReproduced);
                WriteUnrecorded(json);
            });
            if (Options.IsMax && ImagesOf(_result.Result) is { Length: > 0 } images)
                json.Objects("byproducts", images.SelectMany(static i => i.Layers.Select((layer, index) => (Image: i, Layer: layer, Index: index))), l => WriteLayer(json, l.Image, l.Layer, l.Index));
        });
    }

    // As BuildKit wrote it: https://slsa.dev/provenance/v0.2.
    private void WriteV02(Utf8JsonWriter json)
    {
        json.Object("builder", () => json.Text("id", Options.BuilderId));
        json.WriteString("buildType", InToto.BuildType);
        json.Object("invocation", () =>
        {
            json.Object("configSource", () => json.Text("entryPoint", Inputs.Dockerfile?.Name));
            json.Object("parameters", () => WriteExternal(json));
            json.Object("environment", () => WriteInternal(json));
        });
        json.Objects("materials", Materials.Of(Inputs, withText: false), material =>
        {
            json.Text("uri", material.Uri);
            if (material.Digest.Length > 0)
                json.Map("digest", [KeyValuePair.Create(material.Algorithm, material.Digest)]);
        });
        json.Object("metadata", () =>
        {
            if (!Options.IsReproducible)
            {
                json.Text("buildInvocationID", _result.Result.BuildId);
                json.Time("buildStartedOn", _result.Started);
                json.Time("buildFinishedOn", _result.Finished);
            }
            json.Object("completeness", () =>
            {
                json.WriteBoolean("parameters", true);
                json.WriteBoolean("environment", true);
                json.WriteBoolean("materials", Inputs.IsHermetic);
            });
            json.WriteBoolean("reproducible", Inputs.IsReproduced);
            json.WriteBoolean("caisson_hermetic", Inputs.IsHermetic);
            WriteUnrecorded(json);
        });
    }

    private void WriteExternal(Utf8JsonWriter json)
    {
        BuildRequest request = _facts.Request;
        SecretArguments secrets = new(request.Arguments);
        json.Text("dockerfile", Inputs.Dockerfile?.Name);
        json.Text("target", request.Target is null ? null : secrets.Mask(request.Target));
        json.Texts("platforms", request.Platforms.Select(static p => p.ToString()).Distinct(StringComparer.Ordinal));
        json.Map("buildArguments", Inputs.Arguments);
        json.Map("contexts", request.NamedContexts.Append(KeyValuePair.Create(MainContext, request.Context.Location)).OrderBy(static c => c.Key, StringComparer.Ordinal)
            .Select(c => KeyValuePair.Create(c.Key, secrets.Mask(request.ContextFiles is { } files ? AddressCredentials.Remove(files.LocationOf(c.Key)) : c.Value))));
        if (!request.Labels.IsEmpty)
            json.Map("labels", request.Labels.OrderBy(static l => l.Key, StringComparer.Ordinal).Select(l => KeyValuePair.Create(l.Key, secrets.Mask(l.Value))));
        // Which there were, never what they hold.
        if (!request.Secrets.IsEmpty)
            json.Texts("secrets", request.Secrets.Keys.Order(StringComparer.Ordinal));
        if (!request.SshAgents.IsEmpty)
            json.Texts("ssh", request.SshAgents.Keys.Order(StringComparer.Ordinal));
    }

    private void WriteInternal(Utf8JsonWriter json)
    {
        BuildRequest request = _facts.Request;
        json.WriteString("caisson", _facts.EngineVersion);
        json.WriteString("builderPlatform", PlaceAccess.MachinePlatform.ToString());
        json.WriteString("network", request.Network == SandboxNetwork.None ? "none" : "default");
        json.WriteString("timestamps", request.KeepsTimestamps ? "keep" : "clamp");
        if (!Options.IsMax)
            return;
        json.Objects("steps", Inputs.Steps, step =>
        {
            json.WriteNumber("id", step.Id);
            json.Text("name", step.Name);
            json.WriteString("kind", step.Kind);
            if (step.Stage.Length > 0)
                json.Text("stage", step.Stage);
            if (step.Line is { } line)
                json.WriteNumber("line", line);
            json.Text("network", step.Network);
            json.WriteStartArray("inputs");
            foreach (int input in step.Inputs)
                json.WriteNumberValue(input);
            json.WriteEndArray();
        });
    }

    // Why it is not said to be hermetic.
    private void WriteUnrecorded(Utf8JsonWriter json)
    {
        if (!Inputs.IsHermetic)
            json.Texts("caisson_unrecorded", Inputs.Steps.SelectMany(static s => s.Unrecorded).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    private static void WriteDescriptor(Utf8JsonWriter json, Material material)
    {
        json.Text("name", material.Name);
        json.Text("uri", material.Uri);
        if (material.Digest.Length > 0)
            json.Map("digest", [KeyValuePair.Create(material.Algorithm, material.Digest)]);
        if (material.Content is { } content)
            json.WriteBase64String("content", Encoding.UTF8.GetBytes(content));
        json.Text("downloadLocation", material.DownloadLocation);
        if (!material.Annotations.IsEmpty)
            json.Map("annotations", material.Annotations);
    }

    private static void WriteLayer(Utf8JsonWriter json, Image image, ImageLayer layer, int index)
    {
        json.WriteString("name", $"layer {index + 1} of {image.Config.Platform}");
        json.Map("digest", [KeyValuePair.Create(layer.Blob.Digest.Algorithm, layer.Blob.Digest.Hex)]);
        json.WriteString("mediaType", layer.Blob.MediaType);
        json.Map("annotations", [KeyValuePair.Create("diffId", layer.DiffId.Value)]);
    }

    private static Image[] ImagesOf(BuildResult result) => result.Index is { } index ? [.. index.Images] : result.Image is { } image ? [image] : [];
}
