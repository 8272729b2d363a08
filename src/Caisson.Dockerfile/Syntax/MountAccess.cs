namespace Caisson.Dockerfile.Syntax;

/// <summary>Mode and owner that a mount asks for; null where it does not say.</summary>
/// <param name="Mode">Permission bits.</param>
/// <param name="UserId">Numeric user.</param>
/// <param name="GroupId">Numeric group.</param>
public sealed record MountAccess(uint? Mode, uint? UserId, uint? GroupId)
{
    /// <summary>Nothing asked for.</summary>
    public static MountAccess Unspecified { get; } = new(null, null, null);
}
