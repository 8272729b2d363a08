using System.Text;
using Caisson.Oci.Model;

namespace Caisson.Engine.Bundling;

/// <summary>Names steps in a bundle: their own names can hold what not everybody should read.</summary>
internal static class StepNames
{
    /// <summary>The digest of a step's name in the build.</summary>
    public static string DigestOf(string step) => Digest.OfBytes(Encoding.UTF8.GetBytes(step)).Value;
}
