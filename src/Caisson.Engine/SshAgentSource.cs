using System.Collections.Immutable;

namespace Caisson.Engine;

/// <summary>An SSH agent that steps may mount. They can list its keys and sign with them, and neither read nor change them.</summary>
/// <param name="Paths">The socket of a running agent, or the files of the private keys that the agent is to have.</param>
public sealed record SshAgentSource(ImmutableArray<string> Paths);
