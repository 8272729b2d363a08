using Caisson.Dockerfile.Source;
using Caisson.Engine.Secrets;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>The answers that steps got when they ran for the first time, given once more to the same requests. What was not asked then is asked of the network.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="records">What the steps did.</param>
/// <param name="responses">The content of the answers.</param>
/// <param name="secrets">The secrets of the build, which no record shows.</param>
/// <param name="network">The network.</param>
internal sealed class RepeatedAnswers(IEnumerable<NetworkRecord> records, ResponseStore responses, SecretStore secrets, IUpstream network) : IUpstream
{
    private readonly Lock _taking = new();

    // One address can have been asked more than once, and have answered otherwise the second time.
    private readonly Dictionary<string, Queue<RecordedExchange>> _answers = records.SelectMany(static r => r.Exchanges).Where(static e => e is { IsTunnel: false, IsWhole: true })
        .GroupBy(static e => KeyOf(e.From ?? e.Address, e), StringComparer.Ordinal).ToDictionary(static g => g.Key, static g => new Queue<RecordedExchange>(g), StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<GatewayAnswer> SendAsync(GatewayRequest request, CancellationToken ct)
    {
        // What a server made of what was sent may not be the same when it is sent again: only where it cannot be known is it asked.
        if (request.Body is not null)
            return await network.SendAsync(request, ct).ConfigureAwait(false);
        if (Take(request) is not { } recorded)
            return await network.SendAsync(request, ct).ConfigureAwait(false);
        string? file = recorded.Content is null ? null : responses.Find(recorded.Content);
        if (recorded.Content is not null && file is null)
            return await network.SendAsync(request, ct).ConfigureAwait(false);
        return new GatewayAnswer
        {
            Status = recorded.Status,
            Fields = recorded.Fields,
            LengthBytes = file is null ? null : recorded.SizeBytes,
            Content = file is null ? null : File.OpenRead(file),
        };
    }

    private RecordedExchange? Take(GatewayRequest request)
    {
        RecordedExchange asked = new()
        {
            Method = request.Method,
            Address = SecretMask.Hide(AddressCredentials.Remove(request.Address.AbsoluteUri), secrets),
            Range = request.Find("Range") is { } range ? SecretMask.Hide(range, secrets) : null,
            Form = SecretMask.Hide(RecordedExchange.FormOf(request), secrets),
            Status = 0,
        };
        lock (_taking)
        {
            if (!_answers.TryGetValue(KeyOf(asked.Address, asked), out Queue<RecordedExchange>? answers))
                return null;
            return answers.Count > 1 ? answers.Dequeue() : answers.Peek();
        }
    }

    private static string KeyOf(string address, RecordedExchange exchange) => (exchange with { Address = address, Sent = null }).Key;
}
