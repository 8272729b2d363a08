namespace Caisson.Oci.Stargz;

/// <summary>An archive that no eStargz can hold.</summary>
public sealed class StargzException(string message) : Exception(message);
