using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using Caisson.Cli.Tests.Testing;

namespace Caisson.Cli.Tests.Usage;

/// <summary>
/// The trimmer of the .NET SDK rewrites the methods that are shipped. It has taken away the release of locks (dotnet/runtime#131088), and whoever came to such a lock next stood still for ever.
/// What it leaves behind before it is compiled is looked at here.
/// </summary>
public sealed class TrimmedLocksTests
{
    // They take a lock for their callers, which release it.
    private static readonly HashSet<string> _takeOnly =
        ["LockToken..ctor", "ConcurrentBag`1.FreezeBag", "ConcurrentDictionary`2.AcquireFirstLock", "ConcurrentDictionary`2.AcquirePostFirstLock"];

    [Fact]
    public void Every_lock_that_a_shipped_method_takes_it_also_releases()
    {
        Shipped.Require();
        string[] trimmed = Directory.GetFiles(Repository.At($"artifacts/obj/Caisson.Cli/release_linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}/linked"), "*.dll");
        Assert.Contains(trimmed, static path => Path.GetFileName(path) == "System.Net.Http.dll");

        int locks = 0;
        List<string> kept = [];
        foreach (string path in trimmed)
        {
            foreach ((string method, int taken, int released) in LocksOf(path))
            {
                locks += taken;
                if (released < taken && !_takeOnly.Contains(method))
                    kept.Add($"{Path.GetFileName(path)}: {method} takes {taken} and releases {released}");
            }
        }
        Assert.True(locks > 100, $"{locks} locks were found");
        Assert.Empty(kept);
    }

    /// <summary>How often each method of an assembly calls Monitor.Enter and Monitor.Exit.</summary>
    private static IEnumerable<(string Method, int Taken, int Released)> LocksOf(string path)
    {
        using PEReader file = new(File.OpenRead(path));
        MetadataReader metadata = file.GetMetadataReader();
        HashSet<int> enter = MonitorMethods(metadata, "Enter"), exit = MonitorMethods(metadata, "Exit");
        foreach (MethodDefinition method in metadata.MethodDefinitions.Select(metadata.GetMethodDefinition))
        {
            if (method.RelativeVirtualAddress == 0)
                continue;
            byte[] code = file.GetMethodBody(method.RelativeVirtualAddress).GetILBytes() ?? [];
            int taken = Calls(code, enter);
            if (taken > 0)
                yield return ($"{metadata.GetString(metadata.GetTypeDefinition(method.GetDeclaringType()).Name)}.{metadata.GetString(method.Name)}", taken, Calls(code, exit));
        }
    }

    private static HashSet<int> MonitorMethods(MetadataReader metadata, string name)
    {
        IEnumerable<EntityHandle> referenced = metadata.MemberReferences
            .Where(h => metadata.GetMemberReference(h) is { Parent.Kind: HandleKind.TypeReference } member
                && metadata.StringComparer.Equals(member.Name, name)
                && metadata.StringComparer.Equals(metadata.GetTypeReference((TypeReferenceHandle)member.Parent).Name, nameof(Monitor)))
            .Select(static h => (EntityHandle)h);
        IEnumerable<EntityHandle> defined = metadata.MethodDefinitions
            .Where(h => metadata.GetMethodDefinition(h) is var method
                && metadata.StringComparer.Equals(method.Name, name)
                && metadata.StringComparer.Equals(metadata.GetTypeDefinition(method.GetDeclaringType()).Name, nameof(Monitor)))
            .Select(static h => (EntityHandle)h);
        return [.. referenced.Concat(defined).Select(static h => MetadataTokens.GetToken(h))];
    }

    // A call is its opcode and the token of the method. That the same bytes stand in another instruction's operand is out of the question for tokens so small.
    private static int Calls(byte[] code, HashSet<int> methods)
    {
        int count = 0;
        for (int i = 0; i + sizeof(int) < code.Length; i++)
        {
            if (code[i] == (byte)ILOpCode.Call && methods.Contains(BitConverter.ToInt32(code, i + 1)))
                count++;
        }
        return count;
    }
}
