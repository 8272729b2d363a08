using System.Text;
using System.Text.Json;
using Caisson.Daemon.Proto.Gateway;
using Caisson.Dockerfile.Outlines;
using Caisson.Dockerfile.Source;
using Caisson.Engine;
using Caisson.Engine.Answers;
using Google.Protobuf;

namespace Caisson.Daemon.Control;

/// <summary>Requests to the Dockerfile frontend that are no builds: checks, outlines, the list of stages.</summary>
/// <remarks>BuildKit's frontend/subrequests: the answer is metadata of a result without files.</remarks>
internal static class Subrequests
{
    private const string Lint = "frontend.lint";
    private const string OutlineName = "frontend.outline";
    private const string Targets = "frontend.targets";
    private const string Describe = "frontend.subrequests.describe";
    private const string Version = "1.0.0";

    private static readonly (string Name, string Description, string[] Answers)[] All =
    [
        (OutlineName, "List all parameters current build target supports", ["result.json", "result.txt"]),
        (Targets, "List all targets current build supports", ["result.json", "result.txt"]),
        (Lint, "Lint a Dockerfile", ["result.json", "result.txt", "result.statuscode"]),
        (Describe, "List available subrequest types", ["result.json", "result.txt"]),
    ];

    /// <summary>Answers one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="check">Looks at the Dockerfile.</param>
    /// <exception cref="BuildException">The Dockerfile is wrong, and that is not what was asked.</exception>
    /// <exception cref="global::Grpc.Core.RpcException">There is no such request.</exception>
    public static async Task<Result> AnswerAsync(string name, Func<Task<CheckResult>> check) => name switch
    {
        Lint => OfLint(await check().ConfigureAwait(false)),
        OutlineName => OfOutline(Valid(await check().ConfigureAwait(false))),
        Targets => OfTargets(Valid(await check().ConfigureAwait(false))),
        Describe => OfDescription(),
        _ => throw BuildErrors.UnknownRequest(name),
    };

    private static CheckResult Valid(CheckResult result) => result.Errors.Any() ? throw new BuildException([.. result.Errors]) : result;

    private static Result OfLint(CheckResult result)
    {
        Result answer = Of(CheckJson.Write(result), string.Concat(result.Diagnostics.Append(result.Report.Failure).OfType<Diagnostic>().Select(static d => d + "\n")));
        answer.Metadata["result.statuscode"] = ByteString.CopyFromUtf8(result.Diagnostics.IsEmpty ? "0" : "1");
        return answer;
    }

    private static Result OfOutline(CheckResult result)
    {
        SourceText source = result.Parsed.Document.Source;
        string json = Outline.Of(result.Bound) is { } outline ? OutlineJson.Write(outline, source) : "{}";
        return Of(json, json);
    }

    private static Result OfTargets(CheckResult result) => Of(
        TargetsJson.Write(result.Bound.Stages, result.Parsed.Document.Source), string.Concat(result.Bound.Stages.Select(static s => s.DisplayName + "\n")));

    private static Result OfDescription()
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach ((string name, string description, string[] answers) in All)
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.WriteString("version", Version);
                json.WriteString("type", "rpc");
                json.WriteString("description", description);
                WriteNames(json, "opts", name == OutlineName ? ["target"] : []);
                json.WriteNull("inputs");
                WriteNames(json, "metadata", answers);
                json.WriteNull("refs");
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return Of(Encoding.UTF8.GetString(bytes.ToArray()), string.Concat(All.Select(static a => $"{a.Name}\t{Version}\t{a.Description}\n")));
    }

    private static void WriteNames(Utf8JsonWriter json, string property, string[] names)
    {
        json.WriteStartArray(property);
        foreach (string name in names)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("description", "");
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static Result Of(string json, string text) => new()
    {
        Metadata = { ["result.json"] = ByteString.CopyFromUtf8(json), ["result.txt"] = ByteString.CopyFromUtf8(text), ["version"] = ByteString.CopyFromUtf8(Version) },
    };
}
