namespace Caisson.Dockerfile.Syntax;

/// <summary>What a <c>RUN --mount</c> means, variables expanded, defaults filled in. A target may be relative.</summary>
public abstract record Mount
{
    private Mount()
    {
    }

    /// <summary>The flag that it was read from.</summary>
    public required MountFlag Origin { get; init; }

    /// <summary>Files of the context, a stage or an image, visible for the step.</summary>
    /// <param name="Source">Path within what <c>from</c> names; empty for its root.</param>
    /// <param name="Target">Where it is seen; empty for the working directory.</param>
    /// <param name="IsReadOnly">False for <c>rw</c>: the step may write, and what it writes is thrown away.</param>
    public sealed record Bind(string Source, string Target, bool IsReadOnly) : Mount;

    /// <summary>A directory that is kept from build to build.</summary>
    /// <param name="Id">Which directory; the cleaned target when not given.</param>
    /// <param name="Target">Where it is seen; empty for the working directory.</param>
    /// <param name="Sharing">What happens when two steps want it at once.</param>
    public sealed record Cache(string Id, string Target, CacheSharing Sharing) : Mount
    {
        /// <summary>Path within what <c>from</c> names that an empty cache begins with; empty for its root.</summary>
        public string Source { get; init; } = "";

        /// <summary>True for <c>ro</c>.</summary>
        public bool IsReadOnly { get; init; }

        /// <summary>Mode and owner of the directory when it is made; 0755 and root where it does not say.</summary>
        public MountAccess Access { get; init; } = MountAccess.Unspecified;
    }

    /// <summary>A file system in memory.</summary>
    /// <param name="Target">Where it is seen; empty for the working directory.</param>
    /// <param name="SizeBytes">Its limit; 0 for none.</param>
    public sealed record Tmpfs(string Target, long SizeBytes) : Mount
    {
        /// <summary>True for <c>ro</c>.</summary>
        public bool IsReadOnly { get; init; }
    }

    /// <summary>A secret, as a file, as an environment variable or both.</summary>
    /// <param name="Id">Which secret.</param>
    /// <param name="Target">The file; null when it is only a variable.</param>
    /// <param name="Variable">The environment variable; null when it is only a file.</param>
    /// <param name="IsRequired">True when the step fails without it.</param>
    public sealed record Secret(string Id, string? Target, string? Variable, bool IsRequired) : Mount
    {
        /// <summary>Mode and owner of the file; 0400 and root where it does not say.</summary>
        public MountAccess Access { get; init; } = MountAccess.Unspecified;
    }

    /// <summary>A socket of an SSH agent.</summary>
    /// <param name="Id">Which agent; <c>default</c> when not given.</param>
    /// <param name="Target">The socket's path; null for the builder's choice, <c>/run/buildkit/ssh_agent.N</c>.</param>
    /// <param name="IsRequired">True when the step fails without it.</param>
    public sealed record Ssh(string Id, string? Target, bool IsRequired) : Mount
    {
        /// <summary>Mode and owner of the socket; 0600 and root where it does not say.</summary>
        public MountAccess Access { get; init; } = MountAccess.Unspecified;
    }
}
