namespace Caisson.Dockerfile.Syntax;

/// <summary>What a step may do, as <c>RUN --security</c> says.</summary>
public enum SecurityMode
{
    /// <summary>Confined as usual.</summary>
    Sandbox,

    /// <summary>Privileged.</summary>
    Insecure,
}
