using Caisson.Engine.Secrets;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>The answers that a step got when it ran for the first time, given once more to the same requests. What was not asked then is asked of the network.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="exchanges">What the step did.</param>
/// <param name="responses">The content of the answers.</param>
/// <param name="secrets">The secrets of the build, which no record shows.</param>
/// <param name="network">The network.</param>
internal sealed class RepeatedAnswers(IEnumerable<RecordedExchange> exchanges, ResponseStore responses, SecretStore secrets, IUpstream network) : IUpstream
{
    // What comes here was led elsewhere by rules, as it was then.
    private readonly RecordedAnswers _recorded = new(exchanges, static e => (e with { Address = e.From ?? e.Address, Sent = null }).Key, responses, secrets);

    /// <inheritdoc/>
    public async Task<GatewayAnswer> SendAsync(GatewayRequest request, CancellationToken ct)
    {
        // What a server made of what was sent may not be the same when it is sent again: only where it cannot be known is it asked.
        GatewayAnswer? answer = request.Body is null && _recorded.Next(_recorded.Remember(request)) is { } recorded && Fits(recorded, request) ? _recorded.Answer(recorded) : null;
        return answer ?? await network.SendAsync(request, ct).ConfigureAwait(false);
    }

    // "You have it already" is no answer to who has nothing: cache mounts begin empty the second time.
    private static bool Fits(RecordedExchange recorded, GatewayRequest request) =>
        recorded.Status is not (304 or 412) || request.Fields.Any(static f => f.Key.StartsWith("If-", StringComparison.OrdinalIgnoreCase));
}
