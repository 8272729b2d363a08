using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>A Go module that was packed with all of its dependencies.</summary>
/// <param name="Path">The archive.</param>
/// <param name="SizeBytes">How large it is.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Version">The version that was packed: a tag, a branch or a commit; empty for files of no repository.</param>
/// <param name="Modules">How many other modules are in it.</param>
/// <param name="Manifest">The manifest, as JSON.</param>
public sealed record GoVendorResult(string Path, long SizeBytes, Digest Digest, string Version, int Modules, string Manifest);
