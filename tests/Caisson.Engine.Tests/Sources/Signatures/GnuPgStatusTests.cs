using Caisson.Engine.Sources.Signatures;

namespace Caisson.Engine.Tests.Sources.Signatures;

/// <summary>What gpg says of signatures, in the ways that it can be said.</summary>
public sealed class GnuPgStatusTests
{
    private const string Key = "7427733637C756937F2DDD61EC6A7735B16B2C7A";
    private const string Good = $"[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG EC6A7735B16B2C7A A <a@example.com>\n";
    private const string Valid = $"[GNUPG:] VALIDSIG {Key} 2026-11-21 1795252693 0 4 0 22 8 00 {Key}\n";
    private const string Missing = "[GNUPG:] ERRSIG EC6A7735B16B2C7A 22 8 00 1795252693 9";

    [Fact]
    public void One_good_and_valid_signature_is_good() => Assert.IsType<SignatureVerdict.Good>(GnuPgStatus.Read("gpg: words\n" + Good + Valid));

    [Theory]
    [InlineData("")]
    [InlineData(Good)]
    [InlineData(Valid)]
    [InlineData(Good + Good + Valid)]
    [InlineData(Good + Valid + Missing)]
    [InlineData(Good + Valid + "[GNUPG:] BADSIG EC6A7735B16B2C7A A\n")]
    [InlineData(Good + Valid + "[GNUPG:] PLAINTEXT 62 0 \n")]
    [InlineData(Good + Valid + Valid)]
    [InlineData(Good + "[GNUPG:] VALIDSIG\n")]
    [InlineData(Good + "[GNUPG:] VALIDSIG K 2026-11-21 1795252693 0 4 0 22 8 01 K\n")]
    [InlineData(Good + "[GNUPG:] VALIDSIG K 2026-11-21 1795252693 0 4 0 22 2 00 K\n")]
    [InlineData("gpg: " + Good + Valid + "[GNUPG:] REVKEYSIG EC6A7735B16B2C7A A\n")]
    [InlineData("[GNUPG:] ERRSIG EC6A7735B16B2C7A 22 8 00 1795252693 4\n")]
    [InlineData("[GNUPG:] EXPSIG EC6A7735B16B2C7A A\n" + Valid)]
    public void Anything_else_is_bad(string output) => Assert.IsType<SignatureVerdict.Bad>(GnuPgStatus.Read(output));

    [Theory]
    [InlineData(Missing, "the OpenPGP key EC6A7735B16B2C7A")]
    [InlineData(Missing + " " + Key + "\n", "the OpenPGP key " + Key)]
    public void A_key_that_is_not_there_is_named(string output, string expected) => Assert.Equal(new SignatureVerdict.OtherKey(expected), GnuPgStatus.Read(output));

    [Theory]
    [InlineData("880401020304", true)]
    [InlineData("C20401020304", true)]
    [InlineData("8900050102030405", true)]
    [InlineData("C2FF000000050102030405", true)]
    [InlineData("", false)]
    [InlineData("88", false)]
    [InlineData("8804010203", false)] // a part is missing
    [InlineData("88040102030400", false)] // something follows
    [InlineData("880401020304880401020304", false)] // two of them
    [InlineData("8B0401020304", false)] // of no said length
    [InlineData("C2E001020304", false)] // in parts
    [InlineData("900401020304", false)] // one-pass signature
    [InlineData("A30401020304", false)] // compressed
    [InlineData("080401020304", false)] // no packet
    public void A_signature_is_one_packet(string bytes, bool expected) => Assert.Equal(expected, OpenPgpPacket.IsOneSignature(Convert.FromHexString(bytes)));
}
