namespace Caisson.Engine.Sources.Gateway;

/// <summary>What programs of steps may ask of the network.</summary>
/// <remarks>Thread-safe.</remarks>
internal interface IGatewayRules
{
    /// <summary>Whether what is tried past the gateway ends the step; else it is only told of. A request that is denied ends it in any case.</summary>
    bool AreEnforced { get; }

    /// <summary>What becomes of a request.</summary>
    RequestVerdict Judge(string method, Uri address);

    /// <summary>What becomes of something that was tried without the gateway: null when it may be tried (it is refused all the same), else the rule that it breaks.</summary>
    /// <param name="identifier">For example <c>tcp://192.0.2.1:22</c> or <c>dns://example.com</c>.</param>
    string? JudgeAttempt(string identifier);

    /// <summary>Looks at an answer of which all has come and nothing was used. Null when it is good, else what is wrong with it.</summary>
    /// <param name="verdict">What was said of the request.</param>
    /// <param name="exchange">The request and its answer; of a package that is recognised, what it is may be added.</param>
    /// <param name="file">The content.</param>
    /// <param name="ct">Gives up.</param>
    Task<AnswerVerdict> CheckAsync(RequestVerdict verdict, RecordedExchange exchange, string? file, CancellationToken ct);
}
