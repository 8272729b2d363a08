using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Caisson.Engine.Tests.Testing;

/// <summary>Which types of an assembly name which others of it, in signatures, attributes and method bodies: read off its metadata.</summary>
/// <remarks>ECMA-335, partition II.22 and III. What the compiler resolves to a constant leaves no trace.</remarks>
internal sealed class TypeReferences : IDisposable
{
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields().Select(static f => (OpCode)f.GetValue(null)!).ToDictionary(static c => c.Value); // static fields

    private readonly PEReader _file;
    private readonly MetadataReader _metadata;

    private TypeReferences(string path)
    {
        _file = new PEReader(File.OpenRead(path));
        _metadata = _file.GetMetadataReader();
    }

    /// <summary>Every pair of a type and one that it names, outermost types, without itself.</summary>
    public static ImmutableArray<(string From, string To)> Read(System.Reflection.Assembly assembly)
    {
        using TypeReferences references = new(assembly.Location);
        return references.Read();
    }

    /// <summary>The methods that are implemented by native code.</summary>
    public static ImmutableArray<string> NativeCalls(System.Reflection.Assembly assembly)
    {
        using TypeReferences references = new(assembly.Location);
        MetadataReader metadata = references._metadata;
        return
        [
            .. metadata.MethodDefinitions.Select(metadata.GetMethodDefinition)
                .Where(static m => m.Attributes.HasFlag(System.Reflection.MethodAttributes.PinvokeImpl))
                .Select(m => $"{NameOf(metadata, m.GetDeclaringType())}.{metadata.GetString(m.Name)}"),
        ];
    }

    public void Dispose() => _file.Dispose();

    private ImmutableArray<(string From, string To)> Read()
    {
        HashSet<(string, string)> pairs = [];
        foreach (TypeDefinitionHandle handle in _metadata.TypeDefinitions)
        {
            Collector named = new(_metadata);
            Visit(_metadata.GetTypeDefinition(handle), named);
            string from = NameOf(_metadata, handle);
            pairs.UnionWith(named.Types.Select(t => NameOf(_metadata, t)).Where(to => to != from).Select(to => (from, to)));
        }
        return [.. pairs.Order()];
    }

    private void Visit(TypeDefinition type, Collector named)
    {
        named.Add(type.BaseType);
        foreach (InterfaceImplementationHandle implemented in type.GetInterfaceImplementations())
            named.Add(_metadata.GetInterfaceImplementation(implemented).Interface);
        foreach (CustomAttributeHandle attribute in type.GetCustomAttributes())
            named.Add(_metadata.GetCustomAttribute(attribute).Constructor);
        foreach (FieldDefinitionHandle field in type.GetFields())
            _metadata.GetFieldDefinition(field).DecodeSignature(named, null);
        foreach (MethodDefinitionHandle handle in type.GetMethods())
        {
            MethodDefinition method = _metadata.GetMethodDefinition(handle);
            method.DecodeSignature(named, null);
            if (method.RelativeVirtualAddress != 0)
                Visit(_file.GetMethodBody(method.RelativeVirtualAddress), named);
        }
    }

    private void Visit(MethodBodyBlock body, Collector named)
    {
        if (!body.LocalSignature.IsNil)
            _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(named, null);
        foreach (ExceptionRegion region in body.ExceptionRegions)
            named.Add(region.CatchType);
        BlobReader code = body.GetILReader();
        while (code.RemainingBytes > 0)
        {
            byte first = code.ReadByte();
            OpCode instruction = Codes[first == 0xFE ? (short)(0xFE00 | code.ReadByte()) : first];
            switch (instruction.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    named.Add(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    int targets = code.ReadInt32();
                    code.Offset += 4 * targets;
                    break;
                default:
                    code.Offset += SizeOf(instruction.OperandType);
                    break;
            }
        }
    }

    private static int SizeOf(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };

    // The outermost type, with its namespace.
    private static string NameOf(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        while (!type.GetDeclaringType().IsNil)
            type = metadata.GetTypeDefinition(type.GetDeclaringType());
        string name = metadata.GetString(type.Name).Split('`')[0];
        return type.Namespace.IsNil ? name : $"{metadata.GetString(type.Namespace)}.{name}";
    }

    // Notes every type of the assembly that it comes across.
    private sealed class Collector(MetadataReader metadata) : ISignatureTypeProvider<bool, object?>
    {
        public HashSet<TypeDefinitionHandle> Types { get; } = [];

        public void Add(EntityHandle handle)
        {
            if (handle.IsNil)
                return;
            switch (handle.Kind)
            {
                case HandleKind.TypeDefinition:
                    Types.Add((TypeDefinitionHandle)handle);
                    break;
                case HandleKind.TypeSpecification:
                    metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
                    break;
                case HandleKind.MethodDefinition:
                    Add(metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                    break;
                case HandleKind.FieldDefinition:
                    Add(metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                    break;
                case HandleKind.MethodSpecification:
                    MethodSpecification method = metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                    Add(method.Method);
                    method.DecodeSignature(this, null);
                    break;
                case HandleKind.MemberReference:
                    Add(metadata.GetMemberReference((MemberReferenceHandle)handle).Parent);
                    break;
            }
        }

        public bool GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Types.Add(handle);

        public bool GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

        public bool GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => false;

        public bool GetPrimitiveType(PrimitiveTypeCode typeCode) => false;

        public bool GetArrayType(bool elementType, ArrayShape shape) => false;

        public bool GetByReferenceType(bool elementType) => false;

        public bool GetFunctionPointerType(MethodSignature<bool> signature) => false;

        public bool GetGenericInstantiation(bool genericType, ImmutableArray<bool> typeArguments) => false;

        public bool GetGenericMethodParameter(object? genericContext, int index) => false;

        public bool GetGenericTypeParameter(object? genericContext, int index) => false;

        public bool GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => false;

        public bool GetPinnedType(bool elementType) => false;

        public bool GetPointerType(bool elementType) => false;

        public bool GetSZArrayType(bool elementType) => false;
    }
}
