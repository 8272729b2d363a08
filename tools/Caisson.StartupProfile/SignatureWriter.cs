using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Caisson.StartupProfile;

/// <summary>References to types and methods of other assemblies (ECMA-335, II.22 and II.23.2).</summary>
internal sealed class SignatureWriter(MetadataBuilder metadata, Definitions definitions)
{
    // The assembly's name by which the compiler knows the type that stands for every class.
    private const string SharedAssembly = "System.Private.Canon";

    private readonly Dictionary<string, AssemblyReferenceHandle> _assemblies = new(StringComparer.Ordinal);
    private readonly Dictionary<Type, TypeReferenceHandle> _types = [];

    /// <summary>Whether all that a type is made of is known.</summary>
    public bool CanWrite(TypeName name) =>
        definitions.Find(name.Definition) is { } type && type.GetGenericArguments().Length == name.Arguments.Length && name.Arguments.All(CanWrite);

    /// <summary>A reference to a method with its type arguments.</summary>
    public EntityHandle Reference(MethodBase method, Type owner, MethodName name)
    {
        EntityHandle parent = Reference(owner);
        if (name.Owner.Arguments.Length > 0)
        {
            BlobBuilder type = new();
            Write(new BlobEncoder(type).TypeSpecificationSignature(), name.Owner);
            parent = metadata.AddTypeSpecification(metadata.GetOrAddBlob(type));
        }
        MemberReferenceHandle definition = metadata.AddMemberReference(parent, metadata.GetOrAddString(method.Name), metadata.GetOrAddBlob(SignatureOf(method)));
        if (name.Arguments.IsEmpty)
            return definition;
        BlobBuilder instantiation = new();
        GenericTypeArgumentsEncoder arguments = new BlobEncoder(instantiation).MethodSpecificationSignature(name.Arguments.Length);
        foreach (TypeName argument in name.Arguments)
            Write(arguments.AddArgument(), argument);
        return metadata.AddMethodSpecification(definition, metadata.GetOrAddBlob(instantiation));
    }

    private BlobBuilder SignatureOf(MethodBase method)
    {
        BlobBuilder signature = new();
        ParameterInfo[] parameters = method.GetParameters();
        new BlobEncoder(signature)
            .MethodSignature(genericParameterCount: method.IsGenericMethodDefinition ? method.GetGenericArguments().Length : 0, isInstanceMethod: !method.IsStatic)
            .Parameters(parameters.Length, out ReturnTypeEncoder result, out ParametersEncoder list);
        if (method is MethodInfo { ReturnParameter: { } returned } && returned.ParameterType != typeof(void))
        {
            Modify(result.CustomModifiers(), returned);
            Write(result.Type(returned.ParameterType.IsByRef), WithoutReference(returned.ParameterType));
        }
        else
        {
            result.Void();
        }
        foreach (ParameterInfo parameter in parameters)
        {
            ParameterTypeEncoder encoder = list.AddParameter();
            Modify(encoder.CustomModifiers(), parameter);
            Write(encoder.Type(parameter.ParameterType.IsByRef), WithoutReference(parameter.ParameterType));
        }
        return signature;
    }

    private void Modify(CustomModifiersEncoder encoder, ParameterInfo parameter)
    {
        foreach (Type modifier in parameter.GetRequiredCustomModifiers())
            encoder = encoder.AddModifier(Reference(modifier), isOptional: false);
        foreach (Type modifier in parameter.GetOptionalCustomModifiers())
            encoder = encoder.AddModifier(Reference(modifier), isOptional: true);
    }

    private static Type WithoutReference(Type type) => type.IsByRef ? type.GetElementType()! : type;

    private void Write(SignatureTypeEncoder encoder, TypeName name)
    {
        for (int i = 0; i < name.ArrayDepth; i++)
            encoder = encoder.SZArray();
        Type type = definitions.Find(name.Definition)!; // asked for by CanWrite
        if (name.Arguments.IsEmpty)
        {
            Write(encoder, type);
            return;
        }
        GenericTypeArgumentsEncoder arguments = encoder.GenericInstantiation(Reference(type), name.Arguments.Length, type.IsValueType);
        foreach (TypeName argument in name.Arguments)
            Write(arguments.AddArgument(), argument);
    }

    private void Write(SignatureTypeEncoder encoder, Type type)
    {
        if (type.IsGenericMethodParameter)
        {
            encoder.GenericMethodTypeParameter(type.GenericParameterPosition);
        }
        else if (type.IsGenericTypeParameter)
        {
            encoder.GenericTypeParameter(type.GenericParameterPosition);
        }
        else if (type.IsSZArray)
        {
            Write(encoder.SZArray(), type.GetElementType()!);
        }
        else if (type.IsPointer)
        {
            WritePointer(encoder, type.GetElementType()!);
        }
        else if (type.IsConstructedGenericType)
        {
            Type[] given = type.GetGenericArguments();
            GenericTypeArgumentsEncoder arguments = encoder.GenericInstantiation(Reference(type.GetGenericTypeDefinition()), given.Length, type.IsValueType);
            foreach (Type argument in given)
                Write(arguments.AddArgument(), argument);
        }
        else
        {
            WriteSimple(encoder, type);
        }
    }

    private void WritePointer(SignatureTypeEncoder encoder, Type target)
    {
        if (target == typeof(void))
            encoder.VoidPointer();
        else
            Write(encoder.Pointer(), target);
    }

    private void WriteSimple(SignatureTypeEncoder encoder, Type type)
    {
        if (type == typeof(object))
            encoder.Object();
        else if (type == typeof(string))
            encoder.String();
        else if (type == typeof(nint))
            encoder.IntPtr();
        else if (type == typeof(nuint))
            encoder.UIntPtr();
        else if (type.IsPrimitive)
            encoder.PrimitiveType(Enum.Parse<PrimitiveTypeCode>(type.Name));
        else
            encoder.Type(Reference(type), type.IsValueType);
    }

    private TypeReferenceHandle Reference(Type type)
    {
        if (_types.TryGetValue(type, out TypeReferenceHandle known))
            return known;
        EntityHandle scope = type.DeclaringType is { } outer ? Reference(outer) : Reference(type == Definitions.Shared ? SharedAssembly : type.Assembly.GetName().Name!);
        StringHandle space = type.IsNested || type.Namespace is null ? default : metadata.GetOrAddString(type.Namespace);
        return _types[type] = metadata.AddTypeReference(scope, space, metadata.GetOrAddString(type.Name));
    }

    private AssemblyReferenceHandle Reference(string assembly)
    {
        if (!_assemblies.TryGetValue(assembly, out AssemblyReferenceHandle handle))
            _assemblies[assembly] = handle = metadata.AddAssemblyReference(metadata.GetOrAddString(assembly), new Version(0, 0, 0, 0), default, default, default, default);
        return handle;
    }
}
