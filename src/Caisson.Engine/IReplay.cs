using Caisson.Engine.Secrets;
using Caisson.Engine.Sources;
using Caisson.Engine.Sources.Gateway;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>A build that was recorded and is done once more, with nothing but what was recorded.</summary>
internal interface IReplay
{
    /// <summary>Names what was recorded.</summary>
    Digest Name { get; }

    /// <summary>Gives the store what the build is made of.</summary>
    /// <param name="parts">The engine.</param>
    /// <param name="guard">Says under which name an image is looked for.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">Something is damaged or missing.</exception>
    Task<SealedInputs> PrepareAsync(EngineParts parts, SourceGuard guard, CancellationToken ct);

    /// <summary>Where the answers for a step come from. After <see cref="PrepareAsync"/>.</summary>
    IUpstream UpstreamOf(string step, ResponseStore responses, SecretStore secrets);

    /// <summary>Compares what came of it with what was recorded, before anything is written under a name.</summary>
    /// <exception cref="BuildException">It is something else.</exception>
    Task CheckAsync(BuildResult result, CancellationToken ct);
}
