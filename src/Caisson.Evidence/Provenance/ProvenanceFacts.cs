using Caisson.Engine;

namespace Caisson.Evidence.Provenance;

/// <summary>What a statement of provenance is made of besides the result.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Options">What it is to say.</param>
/// <param name="EngineVersion">The version of Caisson.</param>
public sealed record ProvenanceFacts(BuildRequest Request, ProvenanceOptions Options, string EngineVersion);
