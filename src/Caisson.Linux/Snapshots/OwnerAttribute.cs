using System.Globalization;
using System.Text;

namespace Caisson.Linux.Snapshots;

/// <summary>
/// The attribute of a file or directory in a layer's directory that belongs, in the layer, to an id which the user namespace does not have: <c>uid:gid</c> in decimal digits.
/// </summary>
/// <remarks>Programs of steps can see and set it, as they can any <c>user.</c> attribute: what is no owner is as if it were not there.</remarks>
internal static class OwnerAttribute
{
    /// <summary>Its name. No image can bring it along (<see cref="CarriedAttributes"/>).</summary>
    public const string Name = "user.caisson.owner";

    /// <summary>The value for an owner.</summary>
    public static byte[] Write(uint uid, uint gid) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{uid}:{gid}"));

    /// <summary>The owner that a value names; null when it names none.</summary>
    public static (uint Uid, uint Gid)? Read(ReadOnlySpan<byte> value)
    {
        int colon = value.IndexOf((byte)':');
        return colon >= 0
            && uint.TryParse(value[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out uint uid)
            && uint.TryParse(value[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out uint gid)
            ? (uid, gid)
            : null;
    }
}
