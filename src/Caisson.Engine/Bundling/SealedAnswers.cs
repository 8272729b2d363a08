using Caisson.Engine.Secrets;
using Caisson.Engine.Sources.Gateway;
using Caisson.Engine.Steps;

namespace Caisson.Engine.Bundling;

/// <summary>The answers of a bundle for a step. What it does not hold ends the step.</summary>
/// <param name="exchanges">What was recorded of the step.</param>
/// <param name="responses">The content of the answers.</param>
/// <param name="secrets">The secrets of the build.</param>
/// <param name="bundle">What messages call the bundle.</param>
internal sealed class SealedAnswers(IEnumerable<RecordedExchange> exchanges, ResponseStore responses, SecretStore secrets, string bundle) : IUpstream
{
    private readonly RecordedAnswers _recorded = new(exchanges, static e => e.Key, responses, secrets);

    /// <inheritdoc/>
    public async Task<GatewayAnswer> SendAsync(GatewayRequest request, CancellationToken ct)
    {
        if (request.Body is { } body)
            await body.CopyToAsync(Stream.Null, ct).ConfigureAwait(false);
        RecordedExchange asked = _recorded.Remember(request);
        RecordedExchange recorded = _recorded.Next(asked) ?? throw Missing(asked, "it was not asked for when the bundle was made");
        return _recorded.Answer(recorded) ?? throw Missing(recorded, $"its content {recorded.Content} is not there");
    }

    private StepException Missing(RecordedExchange asked, string why) => new(
        EngineCodes.NotInBundle, $"{bundle} has no answer to {asked.Method} {asked.Address}: {why}", "a step that asks for something else each time cannot be repeated: name versions, leave times and random numbers out of addresses; else make the bundle again");
}
