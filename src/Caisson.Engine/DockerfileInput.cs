using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>The Dockerfile of a build.</summary>
/// <param name="Name">Its path or address, as messages have it, without credentials.</param>
/// <param name="Text">Its text.</param>
/// <param name="Digest">The digest of its text, as UTF-8.</param>
public sealed record DockerfileInput(string Name, string Text, Digest Digest);
