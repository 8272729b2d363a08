namespace Caisson.Oci.DockerEngine;

/// <summary>What it took to load an image.</summary>
/// <param name="LayersSent">Layers that went to the engine.</param>
/// <param name="LayersKnown">Layers that it had.</param>
public sealed record DockerLoad(int LayersSent, int LayersKnown);
