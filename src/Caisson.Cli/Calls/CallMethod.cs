namespace Caisson.Cli.Calls;

/// <summary>What <c>build --call</c> asks for instead of a build.</summary>
internal enum CallMethod
{
    /// <summary>What there is to say about the Dockerfile.</summary>
    Check,

    /// <summary>What a build of the target can be given.</summary>
    Outline,

    /// <summary>The stages.</summary>
    Targets,

    /// <summary>What can be called.</summary>
    Describe,
}
