using System.Text;
using Caisson.Engine.Devices;

namespace Caisson.Engine.Tests.Devices;

public sealed class YamlTextTests
{
    [Theory]
    [InlineData("a: b", """{"a":"b"}""")]
    [InlineData("a: 1\nb: -1\nc: 1.5\nd: true\ne: null\nf:\n", """{"a":1,"b":-1,"c":1.5,"d":true,"e":null,"f":null}""")]
    [InlineData("a: '1'\nb: \"true\"\n", """{"a":"1","b":"true"}""")]
    [InlineData("mode: 0660\noctal: 0o660\nhex: 0x1b0\nzero: 0\n", """{"mode":432,"octal":432,"hex":432,"zero":0}""")]
    [InlineData("- a\n- [b, {c: d}]\n", """["a",["b",{"c":"d"}]]""")]
    [InlineData("# comment\n---\na:\n- b\n", """{"a":["b"]}""")]
    [InlineData("a: |\n  one\n  two\n", """{"a":"one\ntwo\n"}""")]
    [InlineData("version: 0.6.0\n", """{"version":"0.6.0"}""")]
    public void Yaml_becomes_the_json_that_means_the_same(string yaml, string json) => Assert.Equal(json, Encoding.UTF8.GetString(YamlText.ToJson(yaml)));

    [Theory]
    [InlineData("a: [b")]
    [InlineData("a: &x b\nc: *x\n")]
    [InlineData("a: b\n---\nc: d\n")]
    [InlineData("{a: b}: c")]
    [InlineData("")]
    public void What_json_cannot_say_or_is_no_yaml_is_refused(string yaml) => Assert.Throws<FormatException>(() => YamlText.ToJson(yaml));

    [Fact]
    public void Nesting_has_a_limit() => Assert.Throws<FormatException>(() => YamlText.ToJson(new string('[', 1000) + new string(']', 1000)));
}
