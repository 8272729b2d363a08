namespace Caisson.Engine.Graph;

/// <summary>Something mounted for the time a step runs.</summary>
public abstract record StepMount
{
    private StepMount(string target) => Target = target;

    /// <summary>Where: an absolute path, or one relative to the step's working directory.</summary>
    public string Target { get; }

    /// <summary>A directory or file of an input. What the step writes there is discarded, unless it is a result.</summary>
    /// <param name="Target">Where.</param>
    /// <param name="Input">Index of the node's input.</param>
    /// <param name="Source">Path within the input.</param>
    /// <param name="IsReadOnly">Whether writing is refused instead.</param>
    public sealed record Bind(string Target, int Input, string Source, bool IsReadOnly) : StepMount(Target)
    {
        /// <summary>Whether the input, with what the step writes there, is a result besides the step's root (<see cref="Operation.Output"/>). Then it is no build context, and not read-only.</summary>
        public bool IsResult { get; init; }
    }

    /// <summary>A directory that is kept from build to build and is part of no image.</summary>
    /// <param name="Target">Where.</param>
    /// <param name="Id">Its name: the same id is the same directory.</param>
    /// <param name="Sharing">What happens when two steps use it at once.</param>
    public sealed record Cache(string Target, string Id, CacheSharing Sharing) : StepMount(Target)
    {
        /// <summary>Whether writing is refused.</summary>
        public bool IsReadOnly { get; init; }

        /// <summary>Index of the node's input whose files the directory begins with; null when it begins empty. Another input is another directory.</summary>
        public int? Input { get; init; }

        /// <summary>Path of a directory within the input.</summary>
        public string Source { get; init; } = "";

        /// <summary>Permission bits of the directory when it is made empty. With others, it is another directory.</summary>
        public int Mode { get; init; } = 0x1ED; // 0755

        /// <summary>Owner of the directory when it is made empty.</summary>
        public uint Uid { get; init; }

        /// <summary>Group of the directory when it is made empty.</summary>
        public uint Gid { get; init; }
    }

    /// <summary>An empty file system in memory.</summary>
    /// <param name="Target">Where.</param>
    /// <param name="SizeBytes">Its largest size; null for half of the machine's memory.</param>
    public sealed record Tmpfs(string Target, long? SizeBytes) : StepMount(Target)
    {
        /// <summary>Whether writing is refused.</summary>
        public bool IsReadOnly { get; init; }
    }

    /// <summary>An executable file whose content stands in the build definition itself.</summary>
    /// <param name="Target">Where.</param>
    /// <param name="Content">Its content.</param>
    public sealed record Script(string Target, string Content) : StepMount(Target);

    /// <summary>A file that holds a secret. Its content is no part of the build definition, nor of any key.</summary>
    /// <param name="Target">Where.</param>
    /// <param name="Id">Which secret of the build.</param>
    /// <param name="IsRequired">Whether the step fails without it; otherwise nothing is mounted when the build has none of this id.</param>
    public sealed record Secret(string Target, string Id, bool IsRequired) : StepMount(Target)
    {
        /// <summary>Permission bits of the file.</summary>
        public int Mode { get; init; } = 0x100; // 0400

        /// <summary>Owner of the file.</summary>
        public uint Uid { get; init; }

        /// <summary>Group of the file.</summary>
        public uint Gid { get; init; }
    }

    /// <summary>The socket of an SSH agent. Which keys it has is no part of the build definition, nor of any key.</summary>
    /// <param name="Target">Where.</param>
    /// <param name="Id">Which agent of the build.</param>
    /// <param name="IsRequired">Whether the step fails without it; otherwise nothing is mounted when the build has none of this id.</param>
    public sealed record Ssh(string Target, string Id, bool IsRequired) : StepMount(Target)
    {
        /// <summary>Permission bits of the socket.</summary>
        public int Mode { get; init; } = 0x180; // 0600

        /// <summary>Owner of the socket.</summary>
        public uint Uid { get; init; }

        /// <summary>Group of the socket.</summary>
        public uint Gid { get; init; }
    }
}
