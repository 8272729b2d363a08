using Caisson.Daemon.Llb;
using Caisson.Daemon.Proto.Gateway;
using Caisson.Daemon.Proto.Llb;
using Caisson.Engine;
using Caisson.Engine.Spelling;
using Google.Protobuf;
using Grpc.Core;

namespace Caisson.Daemon.Control;

/// <summary>The builds that the graph of another one takes results from.</summary>
/// <param name="runner">Does them.</param>
/// <param name="images">Where their results are.</param>
/// <param name="job">What they are part of.</param>
/// <param name="asked">What that one was asked for with.</param>
internal sealed class NestedBuilds(FrontendRunner runner, LocalImages images, BuildJob job, FrontendRequest asked) : ILlbResults
{
    /// <inheritdoc/>
    public Task<string> FindAsync(string name, CancellationToken ct) => runner.LayoutOfAsync(name, ct);

    /// <inheritdoc/>
    public async Task<string> BuildAsync(Definition graph, string path, CancellationToken ct)
    {
        job.CountGraph();
        BuildResult holder = await BuildOnceAsync(graph, ct).ConfigureAwait(false);
        using OpenedImage files = await images.OpenFilesAsync(holder.Descriptor!, platform: null, ct).ConfigureAwait(false); // it was built for the store
        Definition nested = Parse(Read(files, path), path);
        return runner.LayoutOf(await BuildOnceAsync(nested, ct).ConfigureAwait(false));
    }

    private Task<BuildResult> BuildOnceAsync(Definition graph, CancellationToken ct) => runner.EvaluateAsync(job, FrontendRunner.GraphOf(asked, graph), ct);

    private static ByteString Read(OpenedImage files, string path)
    {
        try
        {
            return ResultFiles.Read(files.Tree, new ReadFileRequest { FilePath = path }).Data;
        }
        catch (RpcException e)
        {
            throw new UsageException($"build: the definition cannot be read from the input: {e.Status.Detail}");
        }
    }

    private static Definition Parse(ByteString bytes, string path)
    {
        try
        {
            return Definition.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new UsageException($"{path} holds no definition that can be read: {e.Message}");
        }
    }
}
