using Caisson.Engine.Sources.Gateway;

namespace Caisson.Engine.Tests.Sources.Gateway;

/// <summary>Of a release's signatures one must be good, none bad, and those of expired or revoked keys are worth nothing.</summary>
public sealed class ReleaseSignatureTests
{
    private const string Valid = "[GNUPG:] VALIDSIG 0123456789ABCDEF 2026-01-01 1767225600 0 4 0 22 10 01 0123456789ABCDEF\n";

    [Theory]
    [InlineData("[GNUPG:] GOODSIG AA x\n" + Valid)]
    [InlineData("[GNUPG:] ERRSIG BB 1 10 01 1 9\n[GNUPG:] NO_PUBKEY BB\n[GNUPG:] GOODSIG AA x\n" + Valid)]
    [InlineData("[GNUPG:] EXPKEYSIG BB x\n" + Valid + "[GNUPG:] GOODSIG AA x\n" + Valid)]
    public void One_good_signature_is_enough(string output) => Assert.Null(ReleaseSignature.Problem(output));

    [Theory]
    [InlineData("", "not signed by a key of the keyring")]
    [InlineData(Valid, "not signed by a key of the keyring")]
    [InlineData("[GNUPG:] EXPKEYSIG AA x\n" + Valid, "has expired or was revoked")]
    [InlineData("[GNUPG:] REVKEYSIG AA x\n" + Valid, "has expired or was revoked")]
    [InlineData("[GNUPG:] EXPSIG AA x\n" + Valid, "has expired or was revoked")]
    [InlineData("[GNUPG:] GOODSIG AA x\n" + Valid + "[GNUPG:] BADSIG BB x\n", "is not what was signed")]
    [InlineData("[GNUPG:] GOODSIG AA x\n[GNUPG:] VALIDSIG 01 2026-01-01 1 0 4 0 1 2 01 01\n", "a hash that is not to be relied on")]
    [InlineData("GOODSIG AA x\nVALIDSIG 01 2026-01-01 1 0 4 0 1 10 01 01\n", "not signed by a key of the keyring")]
    public void Anything_else_is_none(string output, string problem) => Assert.Contains(problem, ReleaseSignature.Problem(output), StringComparison.Ordinal);
}
