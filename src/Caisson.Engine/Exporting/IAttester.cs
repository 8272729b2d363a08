using System.Collections.Immutable;

namespace Caisson.Engine.Exporting;

/// <summary>Says of the result of a build what is kept with it. Asked for each export when all that it consists of is known, and before anything of it is written.</summary>
public interface IAttester
{
    /// <summary>Says it.</summary>
    /// <returns>What is kept with the result; none where there is nothing to say.</returns>
    /// <exception cref="BuildException">It cannot be said, for example because a key cannot be used.</exception>
    Task<ImmutableArray<Attestation>> AttestAsync(AttestedResult result, CancellationToken ct);
}
