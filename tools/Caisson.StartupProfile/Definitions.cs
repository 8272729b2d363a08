using System.Reflection;

namespace Caisson.StartupProfile;

/// <summary>Finds the definitions that names stand for, in the assemblies of a directory and those of the running framework.</summary>
internal sealed class Definitions
{
    /// <summary>What stands for every class in code that instantiations share.</summary>
    public static readonly Type Shared = typeof(object).Assembly.GetType("System.__Canon", throwOnError: true)!;

    private const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Dictionary<string, Type> s_keywords = new(StringComparer.Ordinal)
    {
        ["bool"] = typeof(bool), ["char"] = typeof(char), ["sbyte"] = typeof(sbyte), ["byte"] = typeof(byte), ["ubyte"] = typeof(byte),
        ["short"] = typeof(short), ["ushort"] = typeof(ushort), ["int"] = typeof(int), ["uint"] = typeof(uint), ["long"] = typeof(long),
        ["ulong"] = typeof(ulong), ["nint"] = typeof(nint), ["nuint"] = typeof(nuint), ["float"] = typeof(float), ["double"] = typeof(double),
    };

    private readonly List<Assembly> _assemblies = [];
    private readonly Dictionary<string, Type?> _found = new(StringComparer.Ordinal);

    /// <summary>Looks in the assemblies of a directory. Those of the framework are taken from the running one.</summary>
    public Definitions(string directory)
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        foreach (string path in Directory.GetFiles(directory, "*.dll").Order(StringComparer.Ordinal))
        {
            bool isRunning = File.Exists(Path.Combine(framework, Path.GetFileName(path)));
            _assemblies.Add(isRunning ? Assembly.Load(AssemblyName.GetAssemblyName(path)) : Assembly.LoadFrom(path));
        }
    }

    /// <summary>The definition of a type; null when there is none.</summary>
    public Type? Find(string name)
    {
        if (s_keywords.TryGetValue(name, out Type? keyword))
            return keyword;
        if (!_found.TryGetValue(name, out Type? type))
            _found[name] = type = _assemblies.Select(assembly => assembly.GetType(name, throwOnError: false)).FirstOrDefault(static found => found is not null);
        return type;
    }

    /// <summary>The methods of a type that a name may stand for: overloads with equally many parameters cannot be told apart, and it does no harm to take them all.</summary>
    public static IEnumerable<MethodBase> MethodsOf(Type owner, MethodName name) => owner.GetMembers(Declared).OfType<MethodBase>().Where(method =>
        method.Name == name.Name
        && method.GetParameters().Length == name.ParameterCount
        && (method.IsGenericMethodDefinition ? method.GetGenericArguments().Length : 0) == name.Arguments.Length);
}
