using System.Collections.Immutable;

namespace Caisson.Bench.Build.Peers;

/// <summary>A builder.</summary>
internal abstract class Peer
{
    /// <summary>The tag that builds give.</summary>
    public const string Tag = "bench:latest";

    /// <summary>Its name in tables.</summary>
    public abstract string Name { get; }

    /// <summary>Whether it is one of Caisson's ways to build, and not one that it is compared with.</summary>
    public virtual bool IsOwn => false;

    /// <summary>Processes that work for its commands.</summary>
    public virtual IReadOnlyList<int> Daemons => [];

    /// <summary>Its version.</summary>
    public abstract Task<string> ReadVersionAsync();

    /// <summary>Gets a base image from an OCI layout into its store.</summary>
    /// <param name="layout">The layout's directory and tag, <c>DIR:TAG</c>.</param>
    /// <param name="name">The image's name.</param>
    public abstract Task LoadAsync(string layout, string name);

    /// <summary>The command that does a build; null when it cannot.</summary>
    public abstract ImmutableArray<string>? Build(BuildJob job);

    /// <summary>The client of BuildKit's protocol that asks it, <c>buildx</c> or <c>buildctl</c>, as one program, so that less of the time is the client's; null where there is none.</summary>
    public virtual string? Client => null;

    /// <summary>The command of that client; null where there is none.</summary>
    public virtual ImmutableArray<string>? BuildByClient(BuildJob job) => null;

    /// <summary>The command that pushes what was built last; null when it cannot.</summary>
    /// <param name="destination">Registry and repository.</param>
    public abstract ImmutableArray<string>? Push(string destination);

    /// <summary>Called before each workload: its usual store is used again.</summary>
    public virtual void BeginWorkload()
    {
    }

    /// <summary>Forgets an image and everything that was made of it, so that it has to be fetched again.</summary>
    public abstract Task ForgetAsync(string image);
}
