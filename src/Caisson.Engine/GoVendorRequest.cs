using System.Collections.Immutable;

namespace Caisson.Engine;

/// <summary>A Go module that is to be packed with all of its dependencies.</summary>
public sealed record GoVendorRequest
{
    /// <summary>A directory, or the address of a git repository, with <c>#reference:directory</c> behind it where that is wanted.</summary>
    public required string Source { get; init; }

    /// <summary>The branch, tag or commit that is taken; null for the newest version that the toolchain supports, or a directory's files as they are.</summary>
    public string? Reference { get; init; }

    /// <summary>Whether of a directory that is a git repository the newest version is taken that the toolchain supports, and not its files as they are.</summary>
    public bool TakesNewestTag { get; init; }

    /// <summary>Where the module is in the repository; empty for its top.</summary>
    public string ModuleDirectory { get; init; } = "";

    /// <summary>Whether versions before a release (<c>v1.2.0-rc.1</c>) are taken as well.</summary>
    public bool TakesCandidates { get; init; }

    /// <summary>The toolchain that must support what is packed (<c>go1.15.9</c>); null for that of <see cref="ToolchainFrom"/>, or of this machine.</summary>
    public string? Toolchain { get; init; }

    /// <summary>An image whose Go is that toolchain; null for none.</summary>
    public ImagePlace? ToolchainFrom { get; init; }

    /// <summary>Whether a toolchain before 1.21, which tries to build what asks for a newer one, may be given such modules.</summary>
    public bool AllowsNewerGo { get; init; }

    /// <summary>How the dependencies are packed.</summary>
    public GoVendorMode Mode { get; init; } = GoVendorMode.Vendor;

    /// <summary>The file that is written; null for <c>NAME-VERSION.tar.gz</c> in <see cref="OutputDirectory"/>.</summary>
    public string? OutputPath { get; init; }

    /// <summary>Where a file goes that has no path of its own.</summary>
    public string OutputDirectory { get; init; } = ".";

    /// <summary>A file for the manifest, which is in the archive as well; null for none.</summary>
    public string? ManifestPath { get; init; }

    /// <summary>The time that all files get, in seconds since 1970; null for that of the commit.</summary>
    public long? SourceDateEpoch { get; init; }

    /// <summary>Variables for the machine's <c>go</c>, which sees no others: GOPROXY and the like, proxies, certificates.</summary>
    public ImmutableSortedDictionary<string, string> GoEnvironment { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The secrets that git is let in with.</summary>
    public ImmutableDictionary<string, SecretSource> Secrets { get; init; } = ImmutableDictionary.Create<string, SecretSource>(StringComparer.Ordinal);

    /// <summary>The SSH agents that git is let in with.</summary>
    public ImmutableDictionary<string, SshAgentSource> SshAgents { get; init; } = ImmutableDictionary.Create<string, SshAgentSource>(StringComparer.Ordinal);

    /// <summary>Whose signatures the repository must carry.</summary>
    public ImmutableArray<GitSigners> GitSigners { get; init; } = [];
}
