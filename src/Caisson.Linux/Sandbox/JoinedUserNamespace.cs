using System.Collections.Immutable;

namespace Caisson.Linux.Sandbox;

/// <summary>A user namespace that a container is put into.</summary>
/// <param name="Path">The namespace's file, in the namespaces of the build.</param>
/// <param name="Users">The users in it; each is the one that it is outside.</param>
/// <param name="Groups">The groups in it.</param>
internal sealed record JoinedUserNamespace(string Path, ImmutableArray<IdRange> Users, ImmutableArray<IdRange> Groups);
