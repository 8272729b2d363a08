using System.Net;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Secrets;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>What was recorded of a step, to be answered once more. To what was asked several times the answers come in their order; the last one stays.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class RecordedAnswers
{
    private const string MediaType = "application/octet-stream";

    private readonly Lock _taking = new();
    private readonly Dictionary<string, Queue<RecordedExchange>> _exchanges;
    private readonly Func<RecordedExchange, string> _keyOf;
    private readonly ResponseStore _responses;
    private readonly SecretStore _secrets;

    /// <summary>Answers for a step.</summary>
    /// <param name="exchanges">What was recorded of it. What broke off does not count, nor what passed unseen.</param>
    /// <param name="keyOf">What requests have to have in common.</param>
    /// <param name="responses">The content of the answers.</param>
    /// <param name="secrets">The secrets of the build, which no record shows.</param>
    public RecordedAnswers(IEnumerable<RecordedExchange> exchanges, Func<RecordedExchange, string> keyOf, ResponseStore responses, SecretStore secrets)
    {
        _exchanges = exchanges.Where(static e => e is { IsTunnel: false, IsWhole: true }).GroupBy(keyOf, StringComparer.Ordinal).ToDictionary(static g => g.Key, static g => new Queue<RecordedExchange>(g), StringComparer.Ordinal);
        _keyOf = keyOf;
        _responses = responses;
        _secrets = secrets;
    }

    /// <summary>A request as it would be remembered; its body has been read, or does not count.</summary>
    public RecordedExchange Remember(GatewayRequest request) => new()
    {
        Method = request.Method,
        Address = Hide(AddressCredentials.Remove(request.Address.AbsoluteUri)),
        Sent = request.Body?.Digest,
        Range = request.Find("Range") is { } range ? Hide(range) : null,
        Form = Hide(RecordedExchange.FormOf(request)),
        Status = RecordedExchange.Unanswered,
    };

    /// <summary>What was recorded of such a request; null when it was not asked.</summary>
    public RecordedExchange? Next(RecordedExchange asked)
    {
        lock (_taking)
            return !_exchanges.TryGetValue(_keyOf(asked), out Queue<RecordedExchange>? same) ? null : same.Count > 1 ? same.Dequeue() : same.Peek();
    }

    /// <summary>The recorded answer; null when its content is not here. It is verified while it is read.</summary>
    /// <exception cref="UpstreamException">There was none.</exception>
    public GatewayAnswer? Answer(RecordedExchange recorded)
    {
        if (!recorded.IsAnswered)
            throw new UpstreamException("there was no answer when this was recorded", cause: null);
        string? file = recorded.Content is null ? null : _responses.Find(recorded.Content);
        return recorded.Content is not null && file is null ? null : new GatewayAnswer
        {
            Status = recorded.Status,
            Reason = ReasonOf(recorded.Status),
            Fields = recorded.Fields,
            LengthBytes = file is null ? recorded.AnnouncedBytes : recorded.SizeBytes,
            Content = file is null ? null : new VerifyingStream(File.OpenRead(file), new Descriptor { MediaType = MediaType, Digest = recorded.Content!, Size = recorded.SizeBytes }), // it has a file
        };
    }

    private string Hide(string text) => SecretMask.Hide(text, _secrets);

    private static string ReasonOf(int status)
    {
        using HttpResponseMessage message = new((HttpStatusCode)status);
        return message.ReasonPhrase ?? "";
    }
}
