using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Caisson.StartupProfile;

/// <summary>
/// Writes a profile in the form that crossgen2 reads (<c>.mibc</c>): an assembly whose one method, <c>AssemblyDictionary</c>, names groups of methods by the assemblies that they
/// are made of; the method of a group loads a token of each method of it.
/// </summary>
/// <remarks>Source: dotnet/runtime, <c>MIbcProfileParser</c>, the comments on the format.</remarks>
internal sealed class ProfileWriter(Definitions definitions)
{
    private readonly MetadataBuilder _metadata = new();
    private readonly SortedDictionary<string, InstructionEncoder> _groups = new(StringComparer.Ordinal);
    private SignatureWriter? _signatures;

    private SignatureWriter Signatures => _signatures ??= new SignatureWriter(_metadata, definitions);

    /// <summary>Adds a method; false when it has no definition here.</summary>
    public bool TryAdd(MethodName name)
    {
        if (definitions.Find(name.Owner.Definition) is not { } owner || owner.GetGenericArguments().Length != name.Owner.Arguments.Length || !name.Arguments.All(Signatures.CanWrite) || !name.Owner.Arguments.All(Signatures.CanWrite))
            return false;
        bool any = false;
        foreach (MethodBase method in Definitions.MethodsOf(owner, name))
        {
            InstructionEncoder group = GroupOf(owner, name);
            group.OpCode(ILOpCode.Ldtoken);
            group.Token(Signatures.Reference(method, owner, name));
            group.OpCode(ILOpCode.Pop);
            any = true;
        }
        return any;
    }

    /// <summary>Writes the file.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(string path)
    {
        StringHandle assembly = _metadata.GetOrAddString("startup");
        _metadata.AddModule(0, assembly, _metadata.GetOrAddGuid(new Guid("8b1d6a44-2c0b-4f53-9a3f-8a1c0d6a7e11")), default, default);
        _metadata.AddAssembly(assembly, new Version(0, 0, 0, 0), default, default, default, AssemblyHashAlgorithm.None);
        _metadata.AddTypeDefinition(default, default, _metadata.GetOrAddString("<Module>"), default, MetadataTokens.FieldDefinitionHandle(1), MetadataTokens.MethodDefinitionHandle(1));
        BlobBuilder code = new();
        MethodBodyStreamEncoder bodies = new(code);
        InstructionEncoder dictionary = new(new BlobBuilder());
        foreach ((string assemblies, InstructionEncoder group) in _groups)
        {
            dictionary.LoadString(_metadata.GetOrAddUserString(assemblies));
            dictionary.OpCode(ILOpCode.Ldtoken);
            dictionary.Token(AddMethod(bodies, "Group", group));
            dictionary.OpCode(ILOpCode.Pop);
        }
        AddMethod(bodies, "AssemblyDictionary", dictionary);
        ManagedPEBuilder file = new(new PEHeaderBuilder(), new MetadataRootBuilder(_metadata), code, deterministicIdProvider: BlobContentIdOf);
        BlobBuilder bytes = new();
        file.Serialize(bytes);
        File.WriteAllBytes(path, bytes.ToArray());
    }

    private static BlobContentId BlobContentIdOf(IEnumerable<Blob> content) => new(new Guid("2f6d7a0e-6d3b-4b7a-8a43-3f5b8f1f7f0c"), 1);

    private MethodDefinitionHandle AddMethod(MethodBodyStreamEncoder bodies, string name, InstructionEncoder code)
    {
        BlobBuilder signature = new();
        new BlobEncoder(signature).MethodSignature().Parameters(0, static result => result.Void(), static _ => { });
        return _metadata.AddMethodDefinition(
            MethodAttributes.Public | MethodAttributes.Static,
            MethodImplAttributes.IL,
            _metadata.GetOrAddString(name),
            _metadata.GetOrAddBlob(signature),
            bodies.AddMethodBody(code),
            default);
    }

    private InstructionEncoder GroupOf(Type owner, MethodName name)
    {
        string defining = owner.Assembly.GetName().Name!;
        SortedSet<string> others = new(StringComparer.Ordinal);
        foreach (TypeName argument in name.Owner.Arguments.Concat(name.Arguments))
            AddAssemblies(argument, others);
        others.Remove(defining);
        string key = string.Concat(others.Prepend(defining).Select(static assembly => assembly + ";"));
        if (!_groups.TryGetValue(key, out InstructionEncoder group))
            _groups.Add(key, group = new InstructionEncoder(new BlobBuilder()));
        return group;
    }

    private void AddAssemblies(TypeName name, SortedSet<string> assemblies)
    {
        if (definitions.Find(name.Definition) is { IsPrimitive: false } type && type != Definitions.Shared)
            assemblies.Add(type.Assembly.GetName().Name!);
        foreach (TypeName argument in name.Arguments)
            AddAssemblies(argument, assemblies);
    }
}
