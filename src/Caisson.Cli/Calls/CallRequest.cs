
namespace Caisson.Cli.Calls;

/// <summary>A call that is no build.</summary>
/// <param name="Method">What is called.</param>
internal sealed record CallRequest(CallMethod Method)
{
    /// <summary>Whether the answer is JSON.</summary>
    public bool IsJson { get; init; }

    /// <summary>Whether every warning, and not only what a check asks to be an error, is answered with an exit code.</summary>
    public bool FailsOnWarning { get; init; }

    /// <summary>Whether the exit code says nothing about what was found.</summary>
    public bool IgnoresStatus { get; init; }

    /// <summary>Reads the value of <c>--call</c>, <c>METHOD[,format=json|text][,ignorestatus=true]</c>; null for a build.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static CallRequest? Parse(string value)
    {
        string[] parts = value.Split(',', 2);
        OptionList options = parts.Length > 1 ? OptionList.Parse(parts[1], "--call") : OptionList.Empty("--call");
        bool isJson = IsJsonFormat(options.Take("format"), $"--call={value}");
        bool ignoresStatus = options.TakeFlag("ignorestatus");
        options.RequireEmpty();
        CallMethod? method = parts[0] switch
        {
            "build" or "" => null,
            "check" or "lint" => CallMethod.Check,
            "outline" => CallMethod.Outline,
            "targets" => CallMethod.Targets,
            "subrequests.describe" => CallMethod.Describe,
            string other => throw new UsageException($"--call={value}: \"{other}\" cannot be called; write build, check, outline, targets or subrequests.describe"),
        };
        return method is { } called ? new CallRequest(called) { IsJson = isJson, IgnoresStatus = ignoresStatus } : null;
    }

    /// <summary>Whether a format is JSON.</summary>
    /// <exception cref="UsageException">It is neither text nor json.</exception>
    public static bool IsJsonFormat(string? format, string option) => format switch
    {
        null or "text" => false,
        "json" => true,
        _ => throw new UsageException($"{option}: the formats are text and json"),
    };
}
