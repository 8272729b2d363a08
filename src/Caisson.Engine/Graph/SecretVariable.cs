namespace Caisson.Engine.Graph;

/// <summary>A variable of a step's environment whose value is a secret. The value is no part of the build definition, nor of any key.</summary>
/// <param name="Name">The variable.</param>
/// <param name="Id">Which secret of the build.</param>
/// <param name="IsRequired">Whether the step fails without it; otherwise the variable is empty when the build has none of this id.</param>
public sealed record SecretVariable(string Name, string Id, bool IsRequired);
