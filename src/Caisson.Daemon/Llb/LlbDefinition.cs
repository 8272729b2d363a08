using System.Collections.Immutable;
using Caisson.Daemon.Proto.Llb;
using Caisson.Engine.Spelling;
using Caisson.Oci.Model;
using Google.Protobuf;

namespace Caisson.Daemon.Llb;

/// <summary>A graph that a client sent, read: its vertexes by digest, and which output of which is the result.</summary>
/// <remarks>What is in it is anyone's: sizes are bounded, and a vertex is known by the digest of its bytes, so that there can be no circle.</remarks>
internal sealed class LlbDefinition
{
    private const int MaxVertexes = 10_000;

    private readonly Dictionary<string, (Op Op, ByteString Bytes)> _vertexes;
    private readonly Definition _definition;

    private LlbDefinition(Definition definition, Dictionary<string, (Op Op, ByteString Bytes)> vertexes, Input? result)
    {
        _definition = definition;
        _vertexes = vertexes;
        Result = result;
    }

    /// <summary>The output that is the result; null for an empty file system.</summary>
    public Input? Result { get; }

    /// <summary>One without any vertex: the empty file system.</summary>
    public static LlbDefinition Empty { get; } = new(new Definition(), [], result: null);

    /// <summary>Reads one.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static LlbDefinition Read(Definition definition)
    {
        if (definition.Def.Count > MaxVertexes)
            throw new UsageException($"the definition has more than {MaxVertexes} vertexes");
        Dictionary<string, (Op Op, ByteString Bytes)> vertexes = new(StringComparer.Ordinal);
        Op? last = null;
        try
        {
            foreach (ByteString bytes in definition.Def)
                vertexes[Digest.OfBytes(bytes.Span).Value] = (last = Op.Parser.ParseFrom(bytes), bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new UsageException($"the definition cannot be read: {e.Message}");
        }
        // The last one does nothing but name the result.
        return new LlbDefinition(definition, vertexes, last is { OpCase: Op.OpOneofCase.None, Inputs: [var result, ..] } ? result : throw new UsageException("the definition does not say what its result is"));
    }

    /// <summary>The vertex of a digest.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public Op Find(string digest) => _vertexes.GetValueOrDefault(digest).Op ?? throw new UsageException($"the definition names {digest}, and does not hold it");

    /// <summary>What is said of a vertex.</summary>
    public OpMetadata? MetadataOf(string digest) => _definition.Metadata.TryGetValue(digest, out OpMetadata? metadata) ? metadata : null;

    /// <summary>The part of it that has an output of a vertex as its result.</summary>
    /// <exception cref="UsageException">It names a vertex that it does not hold.</exception>
    public Definition Below(Input result)
    {
        Definition part = new();
        HashSet<string> seen = new(StringComparer.Ordinal);
        Stack<string> open = new([result.Digest]);
        while (open.TryPop(out string? digest))
        {
            if (!seen.Add(digest))
                continue;
            foreach (Input input in Find(digest).Inputs)
                open.Push(input.Digest);
            part.Def.Add(_vertexes[digest].Bytes);
            if (MetadataOf(digest) is { } metadata)
                part.Metadata.Add(digest, metadata);
        }
        part.Def.Add(new Op { Inputs = { result } }.ToByteString());
        return part;
    }

    /// <summary>The sources in it.</summary>
    public IEnumerable<SourceOp> Sources => _vertexes.Values.Select(static v => v.Op.Source).OfType<SourceOp>();

    /// <summary>The source that is the whole of it; null when there is more to it.</summary>
    public SourceOp? OnlySource => Result is { Digest: var digest } && _vertexes.TryGetValue(digest, out (Op Op, ByteString Bytes) vertex) ? vertex.Op.Source : null;
}
