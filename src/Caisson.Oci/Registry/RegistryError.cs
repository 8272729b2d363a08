namespace Caisson.Oci.Registry;

/// <summary>One error as a registry reports it, bounded in length and free of control characters.</summary>
/// <param name="Code">The code, for example <c>MANIFEST_UNKNOWN</c>.</param>
/// <param name="Message">The registry's own words; may be empty.</param>
/// <remarks>distribution-spec v1.1.1, "Error Codes".</remarks>
public sealed record RegistryError(string Code, string Message);
