using System.Collections.Immutable;

namespace Caisson.StartupProfile;

/// <summary>A method with all its type arguments, as the runtime's compiler lists it: <c>Type[…]:Method[…](parameters)</c>.</summary>
/// <param name="Owner">The type that it belongs to.</param>
/// <param name="Name">Its name.</param>
/// <param name="Arguments">Its type arguments.</param>
/// <param name="ParameterCount">How many parameters it has, without <see langword="this"/>.</param>
internal sealed record MethodName(TypeName Owner, string Name, ImmutableArray<TypeName> Arguments, int ParameterCount)
{
    /// <summary>Reads a name; null when it is that of no method with a definition, such as a stub that the runtime makes.</summary>
    public static MethodName? TryParse(string text)
    {
        try
        {
            return new NameReader(text).ReadMethod();
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
