using System.Collections.Immutable;

namespace Caisson.Daemon.EngineApi;

/// <summary>Something that happened to an image or to the cache.</summary>
/// <param name="Type">To what: image, or builder.</param>
/// <param name="Action">What: pull, tag, …</param>
/// <param name="Id">Which: an id, or a name.</param>
/// <param name="Attributes">What else is known.</param>
/// <param name="At">When.</param>
internal sealed record DaemonEvent(string Type, string Action, string Id, ImmutableArray<(string Name, string Value)> Attributes, DateTimeOffset At);
