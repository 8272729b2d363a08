using System.Collections.Immutable;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Model;

namespace Caisson.Engine.Graph;

/// <summary>
/// What a node of the graph does, with everything that decides its result except its inputs. Knows no Dockerfile. Serialisable and
/// self-contained: it could be run on another machine that has the inputs.
/// </summary>
/// <remarks>Never compared or hashed as a record: <see cref="CanonicalEncoder"/> gives it its digest.</remarks>
public abstract record Operation
{
    private Operation()
    {
    }

    /// <summary>Whether it changes the file system that is its input 0, by one layer on top of it.</summary>
    public bool IsStep => this is MakeDirectory or MakeFile or Remove or Link or Copy or Difference or Run or Output;

    /// <summary>The empty file system. No inputs.</summary>
    public sealed record Scratch : Operation;

    /// <summary>An image, pinned by digest. No inputs.</summary>
    /// <param name="Reference">Its name, with a digest.</param>
    /// <param name="Platform">The platform chosen from it.</param>
    public sealed record Image(Reference Reference, Platform Platform) : Operation;

    /// <summary>A directory of the user, as it is when the build looks at it. No inputs.</summary>
    /// <param name="Name">The name of the build context.</param>
    public sealed record Context(string Name) : Operation;

    /// <summary>Files from elsewhere, pinned by what they are; fetched when a step needs them. No inputs.</summary>
    public abstract record Fetched : Operation
    {
        private protected Fetched()
        {
        }
    }

    /// <summary>A file of the web, alone in a directory.</summary>
    /// <param name="Address">Where it is fetched from. No part of what it is.</param>
    /// <param name="Content">Digest of its bytes.</param>
    /// <param name="FileName">The name it has.</param>
    public sealed record Http(string Address, Digest Content, string FileName) : Fetched
    {
        /// <summary>When it was changed last, in seconds since 1970; null when the server will tell.</summary>
        public long? ModifiedSeconds { get; init; }
    }

    /// <summary>The files of a commit.</summary>
    /// <param name="Remote">Where it is fetched from. No part of what it is, unless the git directory is kept.</param>
    /// <param name="Commit">The whole id of the commit.</param>
    public sealed record Git(string Remote, string Commit) : Fetched
    {
        /// <summary>What stood for the commit, by its whole name (<c>refs/heads/main</c>): servers that give commits by name only are asked for it.</summary>
        public string? Reference { get; init; }

        /// <summary>The whole id of the annotated tag that stood for the commit; null when there was none.</summary>
        public string? Tag { get; init; }

        /// <summary>The directory whose files are meant; empty for all.</summary>
        public string Directory { get; init; } = "";

        /// <summary>Whether <c>.git</c> is among the files.</summary>
        public bool KeepsGitDirectory { get; init; }

        /// <summary>Whether the files of submodules are among them.</summary>
        public bool TakesSubmodules { get; init; } = true;
    }

    /// <summary>Makes a directory, with its parents, where there is none. Input 0: what to make it in.</summary>
    /// <param name="Path">Absolute path.</param>
    /// <param name="Owner"><c>user[:group]</c>, names or numbers, looked up where it is made; null for root.</param>
    public sealed record MakeDirectory(string Path, string? Owner) : Operation
    {
        /// <summary>Permission bits of a directory where nobody asks for others: 0755.</summary>
        public const int UsualMode = 0x1ED;

        /// <summary>Permission bits of every directory that is made.</summary>
        public int Mode { get; init; } = UsualMode;

        /// <summary>Whether the directories on the way are made too; otherwise they have to be there.</summary>
        public bool MakesParents { get; init; } = true;
    }

    /// <summary>Writes a file, in the place of one that is there. Input 0: what to write it in.</summary>
    /// <param name="Path">Absolute path; the directory that it goes into has to be there.</param>
    /// <param name="Content">What it holds.</param>
    /// <param name="Mode">Its permission bits; a file that is there keeps its own.</param>
    /// <param name="Owner"><c>user[:group]</c>, names or numbers, looked up where it is made; null for root, and for the owner of a file that is there.</param>
    public sealed record MakeFile(string Path, ImmutableArray<byte> Content, int Mode, string? Owner) : Operation;

    /// <summary>Removes a file, a link, or a directory with all that it holds. Input 0: what to remove it from.</summary>
    /// <param name="Path">Absolute path; a link at its end is removed itself.</param>
    public sealed record Remove(string Path) : Operation
    {
        /// <summary>Whether <c>*</c>, <c>?</c> and <c>[…]</c> in the path stand for names. No name that matches is no mistake.</summary>
        public bool HasWildcards { get; init; }

        /// <summary>Whether it is no mistake that nothing is there.</summary>
        public bool AllowsMissing { get; init; }
    }

    /// <summary>Makes a symbolic link where nothing is. Input 0: what to make it in.</summary>
    /// <param name="Path">Absolute path of the link; the directory that it goes into has to be there.</param>
    /// <param name="Target">What stands in it, as it is.</param>
    /// <param name="Owner"><c>user[:group]</c>, names or numbers, looked up where it is made; null for root.</param>
    public sealed record Link(string Path, string Target, string? Owner) : Operation;

    /// <summary>
    /// Does to a file system what turns another one into a third: files that differ there come to stand here, and what is gone there is removed here.
    /// Input 0: what it is done to; input 1: the file system before; input 2: the one after.
    /// </summary>
    public sealed record Difference : Operation;

    /// <summary>Copies files. Input 0: what to copy to; further inputs: what to copy from.</summary>
    public sealed record Copy : Operation
    {
        /// <summary>What is copied, in this order; a later one overwrites.</summary>
        public required ImmutableArray<CopySource> Sources { get; init; }

        /// <summary>Absolute path of the destination.</summary>
        public required string Destination { get; init; }

        /// <summary>Whether the destination is a directory even where nothing is there yet.</summary>
        public bool IntoDirectory { get; init; }

        /// <summary>
        /// Whether a directory is copied itself: below its name where something is at the destination, else to the destination, with mode and owner.
        /// Otherwise what is in it is copied.
        /// </summary>
        public bool TakesDirectories { get; init; }

        /// <summary>Whether a directory makes way for what is no directory, and the other way round; otherwise that is a mistake.</summary>
        public bool Replaces { get; init; }

        /// <summary>Whether the directories on the way to the destination are made; otherwise they have to be there.</summary>
        public bool MakesParents { get; init; } = true;

        /// <summary><c>user[:group]</c>, names or numbers, looked up in the destination; null keeps the owner.</summary>
        public string? Owner { get; init; }

        /// <summary>Mode of everything copied, octal or as changes (chmod(1)); null keeps it.</summary>
        public string? Mode { get; init; }

        /// <summary>Whether the copy is made without a look at the destination, and laid over it as it is.</summary>
        public bool IsLinked { get; init; }
    }

    /// <summary>Runs a program. Input 0: its root file system; further inputs: those that its mounts name.</summary>
    public sealed record Run : Operation
    {
        /// <summary>The program and its arguments.</summary>
        public required ImmutableArray<string> Arguments { get; init; }

        /// <summary>Its environment, <c>NAME=value</c>, in the order it was set.</summary>
        public ImmutableArray<string> Environment { get; init; } = [];

        /// <summary>More of its environment, which does not change what a step is: the proxies.</summary>
        public ImmutableArray<string> ProxyEnvironment { get; init; } = [];

        /// <summary>Variables of its environment whose values are secrets. They go before those of <see cref="Environment"/>.</summary>
        public ImmutableArray<SecretVariable> SecretEnvironment { get; init; } = [];

        /// <summary>Absolute path of the directory it starts in.</summary>
        public required string WorkingDirectory { get; init; }

        /// <summary><c>user[:group]</c>, names or numbers, looked up in the root file system; empty for root.</summary>
        public string User { get; init; } = "";

        /// <summary>The platform whose programs run.</summary>
        public required Platform Platform { get; init; }

        /// <summary>What it sees of the network.</summary>
        public StepNetwork Network { get; init; } = StepNetwork.Default;

        /// <summary>How far it is kept from the machine.</summary>
        public StepSecurity Security { get; init; }

        /// <summary>The devices it finds, by their full names in the Container Device Interface.</summary>
        public ImmutableArray<string> Devices { get; init; } = [];

        /// <summary>The host name that it sees; null for the usual one.</summary>
        public string? HostName { get; init; }

        /// <summary>Names that it finds in <c>/etc/hosts</c>. Where they lead does not change what a step is.</summary>
        public ImmutableArray<ExtraHost> ExtraHosts { get; init; } = [];

        /// <summary>The size of its <c>/dev/shm</c>; null for the usual one.</summary>
        public long? SharedMemoryBytes { get; init; }

        /// <summary>Limits of its resources, by the resource's name.</summary>
        public ImmutableArray<ResourceLimit> Limits { get; init; } = [];

        /// <summary>The exit codes that count as success; none for 0 alone.</summary>
        public ImmutableArray<int> ExitCodes { get; init; } = [];

        /// <summary>What is mounted for the time it runs.</summary>
        public ImmutableArray<StepMount> Mounts { get; init; } = [];

        /// <summary>The mounts on which what it leaves is a result of its own.</summary>
        public IEnumerable<StepMount.Bind> Results => Mounts.OfType<StepMount.Bind>().Where(static m => m.IsResult);
    }

    /// <summary>What a program left on one of its mounts. Input 0: what was mounted there; input 1: the program (<see cref="Run"/>). Comes about with the program, and is no work of its own.</summary>
    /// <param name="Index">Which of its <see cref="Run.Results"/>, counted from 0.</param>
    public sealed record Output(int Index) : Operation;
}
