using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Model;

namespace Caisson.Engine.Graph;

/// <summary>
/// The one way to a digest of build definitions and keys: every field goes in with its length, in a fixed order, behind the name of what it
/// belongs to, so that different values never give the same bytes.
/// </summary>
public sealed class CanonicalEncoder : IDisposable
{
    // Raised when an operation comes to mean something else: older records are then not found.
    private const string Version = "caisson/1";

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Starts an encoding.</summary>
    /// <param name="kind">What is encoded: keeps a key of one kind from being one of another.</param>
    public CanonicalEncoder(string kind)
    {
        Add(Version);
        Add(kind);
    }

    /// <summary>The digest of a node's definition.</summary>
    public static Digest DigestOf(Operation operation, IEnumerable<Digest> inputs)
    {
        using CanonicalEncoder encoder = new("node");
        encoder.Add(operation);
        encoder.Add([.. inputs.Select(static i => i.Value)]);
        return encoder.Complete();
    }

    /// <summary>
    /// The digest of an operation alone, whatever its inputs are. What a copy takes is left out: two copies that take the same files in other
    /// words are the same work.
    /// </summary>
    /// <param name="operation">The operation.</param>
    /// <param name="keepsTimes">
    /// Whether it is done in a build that keeps the times of files. Such a build takes nothing that others left: where times count for nothing, a step may have been
    /// given the result of one that took the same files with other times.
    /// </param>
    public static Digest DigestOf(Operation operation, bool keepsTimes)
    {
        using CanonicalEncoder encoder = new(keepsTimes ? "operation that keeps times" : "operation");
        encoder.Add(operation is Operation.Copy copy ? copy with { Sources = [] } : operation);
        return encoder.Complete();
    }

    /// <summary>Adds a text; null is not the empty text.</summary>
    public void Add(string? text)
    {
        if (text is null)
        {
            AddLength(-1);
            return;
        }
        // Lone surrogates stand for bytes that are no UTF-8 (PathText); as UTF-16 they stay apart.
        byte[] bytes = Encoding.Unicode.GetBytes(text);
        AddLength(bytes.Length);
        _hash.AppendData(bytes);
    }

    /// <summary>Adds a number.</summary>
    public void Add(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        _hash.AppendData(bytes);
    }

    /// <summary>Adds a truth value.</summary>
    public void Add(bool value) => Add(value ? 1L : 0L);

    /// <summary>Adds texts in order.</summary>
    public void Add(ImmutableArray<string> texts)
    {
        AddLength(texts.Length);
        foreach (string text in texts)
            Add(text);
    }

    /// <summary>Adds a digest.</summary>
    public void Add(Digest digest) => Add(digest.Value);

    /// <summary>Adds an operation: everything that decides its result, and nothing else.</summary>
    public void Add(Operation operation)
    {
        Add(operation.GetType().Name);
        switch (operation)
        {
            case Operation.Scratch:
                break;
            case Operation.Image image:
                Add(image.Reference.Digest?.Value);
                Add(image.Platform.ToString());
                break;
            case Operation.Context context:
                Add(context.Name);
                break;
            case Operation.Fetched fetched:
                AddFetched(fetched);
                break;
            case Operation.MakeDirectory directory:
                Add(directory.Path);
                Add(directory.Owner);
                // Where nothing else is asked for, what it was before there was anything else to ask for.
                if (directory is not { Mode: Operation.MakeDirectory.UsualMode, MakesParents: true })
                {
                    Add("mode");
                    Add(directory.Mode);
                    Add(directory.MakesParents);
                }
                break;
            case Operation.MakeFile file:
                Add(file.Path);
                Add(Digest.OfBytes(file.Content.AsSpan()));
                Add(file.Mode);
                Add(file.Owner);
                break;
            case Operation.Remove remove:
                Add(remove.Path);
                Add(remove.HasWildcards);
                Add(remove.AllowsMissing);
                break;
            case Operation.Link link:
                Add(link.Path);
                Add(link.Target);
                Add(link.Owner);
                break;
            case Operation.Difference:
                Add("with parents"); // of what is removed: once it had none
                break;
            case Operation.Output output:
                Add(output.Index);
                break;
            case Operation.Copy copy:
                AddCopy(copy);
                break;
            case Operation.Run run:
                AddRun(run);
                break;
            default:
                throw new UnreachableException(operation.GetType().Name);
        }
    }

    /// <summary>Adds what a copy takes, in the words it was asked for.</summary>
    public void Add(CopySource source)
    {
        switch (source)
        {
            case CopySource.Files files:
                Add("files");
                Add(files.Input);
                Add(files.Pattern);
                Add(files.Includes.FirstOrDefault());
                Add(files.Excludes);
                Add(files.Unpacks);
                // Where nothing else is asked for, what it was before there was anything else to ask for.
                if (files.Includes.Length > 1 || files.MayLackIncludes || files.NeedsMatch || files.TakesLinks)
                {
                    Add("more");
                    Add(files.Includes);
                    Add(files.MayLackIncludes);
                    Add(files.NeedsMatch);
                    Add(files.TakesLinks);
                }
                break;
            case CopySource.Inline inline:
                Add("inline");
                Add(inline.Name);
                Add(inline.Content);
                break;
            default:
                throw new UnreachableException(source.GetType().Name);
        }
    }

    /// <summary>The digest of all that was added. Ends the encoding.</summary>
    public Digest Complete() => Digest.FromSha256(_hash.GetHashAndReset());

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    // What it is, and not where it comes from.
    private void AddFetched(Operation.Fetched fetched)
    {
        switch (fetched)
        {
            case Operation.Http http:
                Add(http.Content);
                Add(http.FileName);
                Add(http.ModifiedSeconds is { } seconds ? seconds.ToString(CultureInfo.InvariantCulture) : null);
                break;
            case Operation.Git git:
                Add(git.Commit);
                Add(git.Directory);
                Add(git.TakesSubmodules);
                // These stand in the git directory.
                Add([.. git.KeepsGitDirectory ? (string[])[git.Remote, git.Reference ?? "", git.Tag ?? ""] : []]);
                break;
            default:
                throw new UnreachableException(fetched.GetType().Name);
        }
    }

    private void AddCopy(Operation.Copy copy)
    {
        AddLength(copy.Sources.Length);
        foreach (CopySource source in copy.Sources)
            Add(source);
        Add(copy.Destination);
        Add(copy.IntoDirectory);
        Add(copy.Owner);
        Add(copy.Mode);
        Add(copy.IsLinked);
        if (copy is not { TakesDirectories: false, Replaces: false, MakesParents: true })
        {
            Add("more");
            Add(copy.TakesDirectories);
            Add(copy.Replaces);
            Add(copy.MakesParents);
        }
    }

    private void AddRun(Operation.Run run)
    {
        Add(run.Arguments);
        Add(run.Environment);
        Add(run.WorkingDirectory);
        Add(run.User);
        Add(run.Platform.ToString());
        // "Default" and "host" see the same network.
        Add(run.Network switch { StepNetwork.None => "none", StepNetwork.Gateway => "gateway", _ => "host" });
        Add(run.Security == StepSecurity.Insecure);
        Add(run.Devices);
        AddSurroundings(run);
        AddLength(run.Mounts.Length);
        foreach (StepMount mount in run.Mounts)
            AddMount(mount);
        AddLength(run.SecretEnvironment.Length);
        foreach (SecretVariable variable in run.SecretEnvironment)
        {
            Add(variable.Name);
            Add(variable.Id);
            Add(variable.IsRequired);
        }
        if (!run.ExitCodes.IsEmpty)
        {
            Add("exit codes");
            AddLength(run.ExitCodes.Length);
            foreach (int code in run.ExitCodes)
                Add(code);
        }
    }

    private void AddSurroundings(Operation.Run run)
    {
        Add(run.HostName);
        Add([.. run.ExtraHosts.Select(static h => h.Name)]);
        Add(run.SharedMemoryBytes ?? -1);
        AddLength(run.Limits.Length);
        foreach (ResourceLimit limit in run.Limits)
        {
            Add(limit.Name);
            Add((long)limit.Soft);
            Add((long)limit.Hard);
        }
    }

    private void AddMount(StepMount mount)
    {
        Add(mount.GetType().Name);
        Add(mount.Target);
        switch (mount)
        {
            case StepMount.Bind bind:
                Add(bind.Input);
                Add(bind.Source);
                Add(bind.IsReadOnly);
                if (bind.IsResult)
                    Add("result");
                break;
            case StepMount.Cache cache:
                // Neither its name nor what is in it: a step's result must not depend on a cache.
                // What it begins with is something the step sees.
                Add(cache.IsReadOnly);
                Add(cache.Input ?? -1);
                Add(cache.Source);
                break;
            case StepMount.Tmpfs tmpfs:
                Add(tmpfs.SizeBytes ?? -1);
                Add(tmpfs.IsReadOnly);
                break;
            case StepMount.Script script:
                Add(script.Content);
                break;
            case StepMount.Secret secret:
                // Which secret and how it is shown, never what it holds: a step must not be done again because a password changed.
                Add(secret.Id);
                AddAccess(secret.Mode, secret.Uid, secret.Gid);
                Add(secret.IsRequired);
                break;
            case StepMount.Ssh ssh:
                Add(ssh.Id);
                AddAccess(ssh.Mode, ssh.Uid, ssh.Gid);
                Add(ssh.IsRequired);
                break;
            default:
                throw new UnreachableException(mount.GetType().Name);
        }
    }

    private void AddAccess(int mode, uint uid, uint gid)
    {
        Add(mode);
        Add(uid);
        Add(gid);
    }

    private void AddLength(int length) => Add((long)length);
}
