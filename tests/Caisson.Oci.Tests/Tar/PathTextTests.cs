using System.Text;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Tests.Tar;

public sealed class PathTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("usr/lib/x86_64-linux-gnu/libc.so.6")]
    [InlineData("дом/été/家")]
    [InlineData("😀/😀")]
    [InlineData("mixed-ascii-и-нет")]
    public void Valid_text_is_utf8(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Assert.Equal(utf8, PathText.Encode(text));
        Assert.Equal(text, PathText.Decode(utf8));
        Assert.Equal(utf8.Length, PathText.GetByteCount(text));
    }

    // Not as InlineData: attributes are stored as UTF-8, which has no lone surrogates.
    [Fact]
    public void Invalid_bytes_are_escaped_as_python_does()
    {
        (string Hex, string Text)[] cases =
        [
            ("61FF62", "a\uDCFFb"),
            ("80", "\uDC80"),
            ("C3", "\uDCC3"),
            ("E282", "\uDCE2\uDC82"),
            ("E28261", "\uDCE2\uDC82a"),
            ("C0AF", "\uDCC0\uDCAF"),
            ("EDB280", "\uDCED\uDCB2\uDC80"),
            ("F5808080", "\uDCF5\uDC80\uDC80\uDC80"),
            ("FFC3A9", "\uDCFFé"),
        ];
        foreach ((string hex, string text) in cases)
        {
            byte[] bytes = Convert.FromHexString(hex);
            Assert.Equal(text, PathText.Decode(bytes));
            Assert.Equal(bytes, PathText.Encode(text));
            Assert.Equal(bytes.Length, PathText.GetByteCount(text));
        }
    }

    [Fact]
    public void Any_bytes_survive()
    {
        Random random = new(1);
        byte[][] pieces = [[0x80], [0xC3, 0xA9], [0xF0, 0x9F, 0x98, 0x80], "a"u8.ToArray(), [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x8F, 0xBF, 0xBF], [0xF4, 0x90]];
        for (int round = 0; round < 3000; round++)
        {
            MemoryStream bytes = new();
            for (int i = random.Next(12); i > 0; i--)
            {
                bytes.Write(pieces[random.Next(pieces.Length)]);
                bytes.WriteByte((byte)random.Next(256));
            }
            string text = PathText.Decode(bytes.ToArray());
            Assert.Equal(bytes.ToArray(), PathText.Encode(text));
            Assert.Equal(bytes.Length, PathText.GetByteCount(text));
        }
    }

    [Fact]
    public void Every_pair_of_bytes_survives()
    {
        for (int pair = 0; pair < 65536; pair++)
        {
            byte[] bytes = [(byte)(pair >> 8), (byte)pair];
            Assert.Equal(bytes, PathText.Encode(PathText.Decode(bytes)));
        }
    }

    [Fact]
    public void Surrogates_that_stand_for_no_byte_are_refused()
    {
        foreach (string text in new[] { "\uD800", "\uDC7F", "\uDD00", "a\uD83D" })
            Assert.Throws<ArgumentException>(() => PathText.Encode(text));
    }

    [Fact]
    public void A_buffer_that_is_too_short_is_refused()
    {
        Assert.Throws<ArgumentException>(() => PathText.Encode("abc", new byte[2]));
        Assert.Throws<ArgumentException>(() => PathText.Encode("é", new byte[1]));
        Assert.Throws<ArgumentException>(() => PathText.Encode("\uDC80", []));
    }

    [Fact]
    public void Comparison_is_that_of_the_bytes()
    {
        Assert.True(PathText.Compare("a", "b") < 0);
        Assert.True(PathText.Compare("\uFF5E", "😀") < 0);
        Assert.True(PathText.Compare("\uDC80", "é") < 0);
        Assert.Equal(0, PathText.Compare("é", "é"));
    }
}
