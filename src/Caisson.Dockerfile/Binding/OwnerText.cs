using System.Globalization;

namespace Caisson.Dockerfile.Binding;

/// <summary>Owners as <c>USER</c> and <c>--chown</c> have them: a user and perhaps a group, each a name or a number.</summary>
public static class OwnerText
{
    /// <summary>The first name that has to be looked up in an image; null when there is none.</summary>
    /// <remarks>As in BuildKit, what is left out and <c>root</c> need no entry, and what does not fit into 31 bits is a name.</remarks>
    /// <param name="owner"><c>user[:group]</c>.</param>
    public static string? FindName(string owner) =>
        owner.Split(':', 2).FirstOrDefault(static part => part is not ("" or "root") && !int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _));
}
