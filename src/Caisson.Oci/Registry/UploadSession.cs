namespace Caisson.Oci.Registry;

/// <summary>An upload that a registry has opened: where the next bytes go and how many it has.</summary>
/// <param name="Location">Where the next request goes; changes with every answer.</param>
/// <param name="ReceivedBytes">What the registry has acknowledged.</param>
/// <param name="MinChunkBytes">The smallest chunk that it accepts, but for the last; 0 when it does not say.</param>
/// <remarks>distribution-spec v1.1.1, "Pushing a blob in chunks".</remarks>
internal sealed record UploadSession(Uri Location, long ReceivedBytes, long MinChunkBytes);
