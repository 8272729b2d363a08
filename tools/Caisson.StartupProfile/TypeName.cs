using System.Collections.Immutable;

namespace Caisson.StartupProfile;

/// <summary>The name of a type, as the runtime's compiler writes it: <c>Namespace.Outer`1+Inner[System.__Canon,int][]</c>.</summary>
/// <param name="Definition">The definition's name, with namespace, enclosing types and numbers of type parameters.</param>
/// <param name="Arguments">Type arguments, of the enclosing types first.</param>
/// <param name="ArrayDepth">How many times it is the type of an array's elements.</param>
internal sealed record TypeName(string Definition, ImmutableArray<TypeName> Arguments, int ArrayDepth);
