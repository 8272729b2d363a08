using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Daemon.EngineApi;

/// <summary>The image that a stage begins with.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Triggers">Its ONBUILD triggers, as its configuration holds them.</param>
internal sealed record ClassicBase(Digest Id, ImmutableArray<string> Triggers);
