namespace Caisson.Engine.Sources.Gateway;

/// <summary>The rules of a build without a policy: every request goes on and is recorded.</summary>
internal sealed class OpenRules : IGatewayRules
{
    /// <summary>The only one.</summary>
    public static OpenRules Instance { get; } = new();

    /// <inheritdoc/>
    public bool AreEnforced => false;

    /// <inheritdoc/>
    public RequestVerdict Judge(string method, Uri address) => RequestVerdict.Allowed;

    /// <inheritdoc/>
    public string? JudgeAttempt(string identifier) => "a step on the gateway reaches nothing but the gateway";

    /// <inheritdoc/>
    public Task<AnswerVerdict> CheckAsync(RequestVerdict verdict, RecordedExchange exchange, string? file, CancellationToken ct) =>
        Task.FromResult(new AnswerVerdict(Package: PackageNames.Of(exchange.Address)));
}
