namespace Caisson.Engine;

/// <summary>Whose signatures git repositories must carry.</summary>
/// <param name="Repository">
/// A host (with a port, or for every port of it), or the beginning of a repository's address without the scheme, up to a <c>/</c> of it: <c>github.com/our-org</c>. Null for all
/// repositories. Of those that fit a repository, the most specific count.
/// </param>
/// <param name="KeysPath">A file with public keys: OpenPGP, armored or binary; or SSH, as lines of <c>.pub</c> files or of an allowed_signers file (ssh-keygen(1)).</param>
public sealed record GitSigners(string? Repository, string KeysPath);
