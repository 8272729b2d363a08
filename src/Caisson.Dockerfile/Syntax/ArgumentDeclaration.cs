namespace Caisson.Dockerfile.Syntax;

/// <summary>One name that ARG declares.</summary>
/// <param name="Name">The name as written.</param>
/// <param name="Default">The value to use when none is given, unexpanded; null without <c>=</c>.</param>
/// <param name="Description">What a comment <c># name description</c> above says, or null.</param>
public sealed record ArgumentDeclaration(Word Name, Word? Default, string? Description);
