using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Caisson.Dockerfile.Source;
using Caisson.Engine;
using Caisson.Engine.Planning;
using Caisson.Engine.Spelling;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Status = Grpc.Core.Status;

namespace Caisson.Daemon.Control;

/// <summary>Failures of builds as clients of BuildKit understand them: one message, and in the details of the status the place in the Dockerfile.</summary>
/// <remarks>The details are JSON with the type's name and "+json" behind it, as containerd's typeurl writes messages that it does not know as protobuf.</remarks>
internal static class BuildErrors
{
    // The message is a header of the answer, of which clients take no more than some.
    private const int MaxOthers = 10;

    private const string DetailsTrailer = "grpc-status-details-bin";
    private const string SourceType = "github.com/moby/buildkit/errdefs.Source+json";
    private const string VertexType = "github.com/moby/buildkit/errdefs.Vertex+json";
    private const string SubrequestType = "github.com/moby/buildkit/errdefs.Subrequest+json";

    /// <summary>What a client is told of an exception; the same when nothing better is known.</summary>
    public static Exception Explain(Exception e) => e switch
    {
        BuildException failure => Of(failure),
        UsageException wrong => new RpcException(new Status(StatusCode.InvalidArgument, wrong.Message)),
        _ => e,
    };

    /// <summary>That a program failed, as BuildKit says it.</summary>
    public static string ProcessFailed(IEnumerable<string> command, int exitCode) =>
        string.Create(CultureInfo.InvariantCulture, $"process {GoText.Quote(string.Join(' ', command))} did not complete successfully: exit code: {exitCode}");

    /// <summary>A request that the frontend does not know.</summary>
    public static RpcException UnknownRequest(string name) => WithDetail(StatusCode.Unknown, $"unsupported request {name}", SubrequestType, Json(json => json.WriteString("name", name)));

    /// <summary>A failure that a client told, with its details.</summary>
    public static RpcException Of(Proto.Rpc.Status status) => new(new Status((StatusCode)status.Code, status.Message), new Metadata { { DetailsTrailer, status.ToByteArray() } });

    /// <summary>The status of a failure, for the history.</summary>
    public static Proto.Rpc.Status StatusOf(Exception e) => e is RpcException { Trailers: var trailers } && trailers.GetValueBytes(DetailsTrailer) is { } bytes && TryParse(bytes) is { } told
        ? told
        : new Proto.Rpc.Status { Code = (int)(e is OperationCanceledException ? StatusCode.Cancelled : (e as RpcException)?.StatusCode ?? StatusCode.Unknown), Message = (e as RpcException)?.Status.Detail ?? e.Message };

    /// <summary>The same, with the vertex that failed, whose output clients show then.</summary>
    public static Proto.Rpc.Status StatusOf(Exception e, string? vertex)
    {
        Proto.Rpc.Status status = StatusOf(e);
        if (vertex is not null)
            status.Details.Add(new Any { TypeUrl = VertexType, Value = ByteString.CopyFrom(Json(json => json.WriteString("digest", vertex))) });
        return status;
    }

    // They may be those of a client.
    private static Proto.Rpc.Status? TryParse(byte[] bytes)
    {
        try
        {
            return Proto.Rpc.Status.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static RpcException Of(BuildException failure)
    {
        Diagnostic first = failure.Diagnostics.FirstOrDefault(static d => d.IsError, failure.Diagnostics[0]);
        string message = MessageOf(failure, first);
        return first.Where is { } where ? WithDetail(StatusCode.Unknown, message, SourceType, SourceOf(where)) : new RpcException(new Status(StatusCode.Unknown, message));
    }

    // A client shows one message, and the lines of the place.
    private static string MessageOf(BuildException failure, Diagnostic first)
    {
        if (failure.FailedStep is { Command: { Length: > 0 } command, ExitCode: var code })
            return ProcessFailed(command, code);
        StringBuilder text = new($"{first.Message} ({first.Code}{(first.Hint is { } hint ? $"; {hint}" : "")})");
        Diagnostic[] others = [.. failure.Diagnostics.Where(d => d.IsError && d != first)];
        foreach (Diagnostic other in others.Take(MaxOthers))
            text.Append('\n').Append(other);
        if (others.Length > MaxOthers)
            text.Append(CultureInfo.InvariantCulture, $"\nand {others.Length - MaxOthers} more errors");
        return text.ToString();
    }

    private static byte[] SourceOf(SourceSpan where) => Json(json =>
    {
        json.WriteStartObject("info");
        json.WriteString("filename", where.Source.Name);
        json.WriteBase64String("data", Encoding.UTF8.GetBytes(where.Source.Text));
        json.WriteString("language", "Dockerfile");
        json.WriteEndObject();
        json.WriteStartArray("ranges");
        json.WriteStartObject();
        Proto.Llb.Range range = SourceMessages.RangeOf(where);
        WritePosition(json, "start", range.Start);
        WritePosition(json, "end", range.End);
        json.WriteEndObject();
        json.WriteEndArray();
    });

    private static void WritePosition(Utf8JsonWriter json, string name, Proto.Llb.Position position)
    {
        json.WriteStartObject(name);
        json.WriteNumber("line", position.Line);
        json.WriteNumber("character", position.Character);
        json.WriteEndObject();
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static RpcException WithDetail(StatusCode code, string message, string type, byte[] detail)
    {
        Proto.Rpc.Status status = new() { Code = (int)code, Message = message, Details = { new Any { TypeUrl = type, Value = ByteString.CopyFrom(detail) } } };
        return new RpcException(new Status(code, message), new Metadata { { DetailsTrailer, status.ToByteArray() } });
    }
}
