using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Images;

namespace Caisson.Engine;

/// <summary>What a build that is repeated has in the place of its user's files.</summary>
/// <param name="Dockerfile">The Dockerfile.</param>
/// <param name="Time">The time of the image.</param>
/// <param name="Contexts">The files of its contexts, by name.</param>
/// <param name="Layouts">The images of the layouts that were named contexts, by name and platform.</param>
internal sealed record SealedInputs(SourceText Dockerfile, FileTime Time, ImmutableDictionary<string, UnpackedArchive> Contexts, ImmutableDictionary<(string Context, string Platform), Image> Layouts);
