namespace Caisson.Linux.Sandbox;

/// <summary>Something mounted into a container besides what every container has.</summary>
public abstract record SandboxMount
{
    private SandboxMount(string destination) => Destination = destination;

    /// <summary>Where it appears: an absolute path in the container.</summary>
    public string Destination { get; }

    /// <summary>A directory or file of the build.</summary>
    public sealed record Bind(string Destination, string Source, bool ReadOnly, bool IsDirectory = true) : SandboxMount(Destination);

    /// <summary>An empty file system in memory, gone afterwards.</summary>
    public sealed record Tmpfs(string Destination, long? SizeBytes) : SandboxMount(Destination)
    {
        /// <summary>Whether writing is refused.</summary>
        public bool IsReadOnly { get; init; }
    }

    /// <summary>A device: a node of the build, which can be opened here as it can be nowhere else in the container.</summary>
    public sealed record Device(string Destination, string Source) : SandboxMount(Destination);
}
