namespace Caisson.Engine.Sources.Signatures;

/// <summary>What a signature is worth.</summary>
internal abstract record SignatureVerdict
{
    private SignatureVerdict()
    {
    }

    /// <summary>It is that of a trusted key.</summary>
    public sealed record Good : SignatureVerdict;

    /// <summary>There is none.</summary>
    public sealed record Missing : SignatureVerdict;

    /// <summary>It is that of another key.</summary>
    /// <param name="Key">Which, as people name it.</param>
    public sealed record OtherKey(string Key) : SignatureVerdict;

    /// <summary>It does not hold.</summary>
    /// <param name="Reason">Why, as the end of a sentence that begins with the object.</param>
    public sealed record Bad(string Reason) : SignatureVerdict;
}
