using System.Collections.Concurrent;
using System.Net;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Secrets;
using Caisson.Engine.Sources.Gateway;
using Caisson.Engine.Steps;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.Bundling;

/// <summary>Answers the requests of a step with what was recorded of it. To what was asked several times the answers come in their order; the last one stays.</summary>
internal sealed class RecordedAnswers : IUpstream
{
    private readonly Dictionary<string, ConcurrentQueue<RecordedExchange>> _exchanges = new(StringComparer.Ordinal);
    private readonly ResponseStore _responses;
    private readonly SecretStore _secrets;
    private readonly string _bundle;

    /// <summary>Answers for a step.</summary>
    /// <param name="exchanges">What was recorded of it.</param>
    /// <param name="responses">Where the content of answers is.</param>
    /// <param name="secrets">The secrets of the build.</param>
    /// <param name="bundle">What messages call the bundle.</param>
    public RecordedAnswers(IEnumerable<RecordedExchange> exchanges, ResponseStore responses, SecretStore secrets, string bundle)
    {
        _responses = responses;
        _secrets = secrets;
        _bundle = bundle;
        foreach (RecordedExchange exchange in exchanges.Where(static e => e.IsWhole))
        {
            if (!_exchanges.TryGetValue(exchange.Key, out ConcurrentQueue<RecordedExchange>? same))
                _exchanges.Add(exchange.Key, same = []);
            same.Enqueue(exchange);
        }
    }

    /// <inheritdoc/>
    public async Task<GatewayAnswer> SendAsync(GatewayRequest request, CancellationToken ct)
    {
        if (request.Body is { } body)
            await body.CopyToAsync(Stream.Null, ct).ConfigureAwait(false);
        RecordedExchange asked = new()
        {
            Method = request.Method,
            Address = Hide(AddressCredentials.Remove(request.Address.AbsoluteUri)),
            Sent = request.Body?.Digest,
            Range = request.Find("Range") is { } range ? Hide(range) : null,
            Form = Hide(RecordedExchange.FormOf(request)),
            Status = RecordedExchange.Unanswered,
        };
        RecordedExchange recorded = Next(asked.Key) ?? throw Missing(asked, "it was not asked for when the bundle was made");
        if (!recorded.IsAnswered)
            throw new UpstreamException("there was no answer when the bundle was made", cause: null);
        return new GatewayAnswer
        {
            Status = recorded.Status,
            Reason = ReasonOf(recorded.Status),
            Fields = recorded.Fields,
            LengthBytes = recorded.Content is null ? recorded.AnnouncedBytes : recorded.SizeBytes,
            Content = recorded.Content is { } content ? Open(recorded, content) : null,
        };
    }

    private VerifyingStream Open(RecordedExchange recorded, Digest content)
    {
        string file = _responses.Find(content) ?? throw Missing(recorded, $"its content {content} is not there");
        return new VerifyingStream(File.OpenRead(file), new Descriptor { MediaType = BundleTypes.Answer, Digest = content, Size = recorded.SizeBytes });
    }

    private RecordedExchange? Next(string key)
    {
        if (!_exchanges.TryGetValue(key, out ConcurrentQueue<RecordedExchange>? same))
            return null;
        return same.Count > 1 && same.TryDequeue(out RecordedExchange? next) ? next : same.TryPeek(out RecordedExchange? last) ? last : null;
    }

    private StepException Missing(RecordedExchange asked, string why) => new(
        EngineCodes.NotInBundle, $"{_bundle} has no answer to {asked.Method} {asked.Address}: {why}", "a step that asks for something else each time cannot be repeated: name versions, leave times and random numbers out of addresses; else make the bundle again");

    private string Hide(string text) => SecretMask.Hide(text, _secrets);

    private static string ReasonOf(int status)
    {
        using HttpResponseMessage message = new((HttpStatusCode)status);
        return message.ReasonPhrase ?? "";
    }
}
