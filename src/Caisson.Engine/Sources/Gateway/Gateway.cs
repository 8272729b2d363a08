using System.Net;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Engine.Steps;
using Caisson.Linux.Files;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>
/// The gateway of a build: what its steps reach of the network, one network namespace with a loopback for each, on which it listens as a proxy for HTTP and HTTPS. Every request is
/// judged, answered by the network or by what was recorded of it, and remembered with the digest of what came back.
/// </summary>
internal sealed class Gateway : IStepGateway, IDisposable
{
    /// <summary>Where it listens in a step's network: no address that programs use for themselves.</summary>
    public static readonly IPEndPoint Address = new(IPAddress.Parse("127.91.0.1"), 3128);

    private readonly SandboxHost _sandbox;
    private readonly Lazy<GatewayParts> _parts;
    private readonly Lazy<TrustFiles> _trust;

    /// <summary>Prepares it.</summary>
    /// <param name="sandbox">Where the containers are.</param>
    /// <param name="make">Makes what its steps share, when the first of them comes.</param>
    /// <param name="work">For what is being made.</param>
    /// <param name="marks">The marks in the directories of layers.</param>
    public Gateway(SandboxHost sandbox, Func<GatewayParts> make, WorkArea work, OverlayMarks marks)
    {
        _sandbox = sandbox;
        _parts = new(make);
        _trust = new(() => new TrustFiles(_parts.Value.Authority, work, marks));
    }

    /// <inheritdoc/>
    public async Task<IStepNetwork> OpenAsync(string step, Operation.Run run, IFileTree root, Action<StepException> warn, CancellationToken ct)
    {
        ISandbox sandbox = await _sandbox.GetSandboxAsync(ct).ConfigureAwait(false);
        StepTrust trust = await _trust.Value.ForAsync(root).ConfigureAwait(false);
        LoopbackNetwork network = await sandbox.CreateNetworkAsync(run.Platform.Architecture, Address, ct).ConfigureAwait(false);
        return new GatewayStep(_parts.Value, _parts.Value.UpstreamOf(step), network, trust, warn);
    }

    /// <inheritdoc/>
    public async Task<bool> AcceptsAsync(string? record, CancellationToken ct)
    {
        GatewayParts parts = _parts.Value;
        if (!parts.NeedsRecords)
            return true;
        if (record is null || NetworkRecord.TryRead(record) is not { } read || (parts.Rules.AreEnforced && !read.Refused.IsEmpty))
            return false;
        foreach (RecordedExchange exchange in read.Exchanges)
        {
            if (!Uri.TryCreate(exchange.Address, UriKind.Absolute, out Uri? address))
                return false;
            RequestVerdict verdict = parts.Rules.Judge(exchange.Method, address);
            if (!exchange.IsAnswered && verdict.Denial is null)
                continue; // nothing came in by it
            string? file = exchange.Content is null ? null : parts.Responses.Find(exchange.Content);
            if (!exchange.IsWhole || (exchange.Content is not null && file is null) || verdict.Denial is not null || exchange.IsTunnel != verdict.IsTunnel || exchange.From != (verdict.Instead is { } instead ? AddressCredentials.Remove(instead.AbsoluteUri) : null) || (await parts.Rules.CheckAsync(verdict, exchange, file, ct).ConfigureAwait(false)).Problem is not null)
                return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_parts.IsValueCreated)
            _parts.Value.Authority.Dispose();
    }
}
