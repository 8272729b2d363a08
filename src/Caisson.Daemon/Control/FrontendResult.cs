using Caisson.Daemon.Llb;
using Caisson.Daemon.Proto.Gateway;
using Caisson.Daemon.Proto.Llb;
using Caisson.Engine;
using Google.Protobuf;

namespace Caisson.Daemon.Control;

/// <summary>What a client asked a frontend for and has not evaluated yet: a build that is done when something needs it, once without exports.</summary>
/// <param name="request">The build.</param>
/// <param name="build">Does it, with nothing but the store as its destination.</param>
internal sealed class FrontendResult(FrontendRequest request, Func<FrontendRequest, CancellationToken, Task<BuildResult>> build)
{
    private readonly Lock _lock = new();
    private Task<BuildResult>? _evaluated;

    /// <summary>Its name.</summary>
    public string Id { get; } = Guid.CreateVersion7().ToString("N");

    /// <summary>The build.</summary>
    public FrontendRequest Request => request;

    /// <summary>Does it, if that was not done. What failed, or was given up by the one who asked first, is done anew.</summary>
    public async Task<BuildResult> EvaluateAsync(CancellationToken ct)
    {
        while (true)
        {
            bool isOwn;
            Task<BuildResult> evaluating;
            lock (_lock)
            {
                isOwn = _evaluated is null or { IsFaulted: true } or { IsCanceled: true };
                evaluating = isOwn ? _evaluated = build(request, ct) : _evaluated!; // or it is our own
            }
            try
            {
                return await evaluating.WaitAsync(ct).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!isOwn && !ct.IsCancellationRequested)
            {
                // Whoever asked before gave up.
            }
        }
    }

    /// <summary>The result as a client has it, which may give it to another build: a definition that names it.</summary>
    public Ref ToReference(string? platform)
    {
        Op source = new() { Source = new SourceOp { Identifier = platform is null ? LlbSources.ResultScheme + Id : $"{LlbSources.ResultScheme}{Id}/{platform}" } };
        ByteString bytes = source.ToByteString();
        string digest = Oci.Model.Digest.OfBytes(bytes.Span).Value;
        Op end = new() { Inputs = { new Input { Digest = digest } } };
        // To a client, a definition of which nothing is said is none.
        return new Ref { Id = platform is null ? Id : $"{Id}/{platform}", Def = new Definition { Def = { bytes, end.ToByteString() }, Metadata = { [digest] = new OpMetadata() } } };
    }
}
