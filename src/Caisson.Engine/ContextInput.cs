using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>A build context that steps took files from as they were: a directory of the user, or an archive.</summary>
/// <param name="Name">Its name; <c>context</c> for the build context itself.</param>
/// <param name="Location">Where it was, without credentials.</param>
/// <param name="Digest">
/// Names all that was taken from it: paths, content, modes, links and attributes, and not times and owners, which do not get into the image. Two builds that took the same
/// files from different places have the same digest.
/// </param>
public sealed record ContextInput(string Name, string Location, Digest Digest);
