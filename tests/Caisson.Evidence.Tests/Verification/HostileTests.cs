using System.Text;
using Caisson.Evidence.Signing;
using Caisson.Evidence.Verification;

namespace Caisson.Evidence.Tests.Verification;

/// <summary>What anybody may have put beside an image.</summary>
public sealed class HostileTests
{
    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"payload":7,"payloadType":"t","signatures":[]}""")]
    [InlineData("""{"payload":"aGk=","payloadType":["t"],"signatures":[]}""")]
    [InlineData("""{"payload":"aGk=","payloadType":"t","signatures":{}}""")]
    [InlineData("""{"payload":"aGk=","payloadType":"t","signatures":[7]}""")]
    [InlineData("""{"payload":"aGk=","payloadType":"t","signatures":[{"sig":null}]}""")]
    [InlineData("""{"payload":"a","payloadType":"t","signatures":[{"sig":"AA=="}]}""")]
    [InlineData("""{"payload":"aGk=","payloadType":"t\ud800","signatures":[{"sig":"AA=="}]}""")]
    public void An_envelope_that_is_none_is_refused(string envelope) => Assert.Throws<FormatException>(() => DsseEnvelope.Read(Encoding.UTF8.GetBytes(envelope)));

    [Fact]
    public void Too_much_of_anything_is_refused()
    {
        Assert.Throws<FormatException>(static () => DsseEnvelope.Read(new byte[DsseEnvelope.MaxBytes + 1]));
        string many = string.Join(',', Enumerable.Repeat("""{"sig":"AA=="}""", 65));
        Assert.Throws<FormatException>(() => DsseEnvelope.Read(Encoding.UTF8.GetBytes($$"""{"payload":"aGk=","payloadType":"t","signatures":[{{many}}]}""")));
        string deep = string.Concat(Enumerable.Repeat("[", 5000));
        Assert.Throws<FormatException>(() => SigstoreBundle.Read(Encoding.UTF8.GetBytes("{\"dsseEnvelope\":" + deep)));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"_type":7}""")]
    [InlineData("""{"_type":"https://example.com/other","subject":[],"predicateType":"t"}""")]
    [InlineData("""{"_type":"https://in-toto.io/Statement/v1","predicateType":"t"}""")]
    [InlineData("""{"_type":"https://in-toto.io/Statement/v1","subject":[7],"predicateType":"t"}""")]
    [InlineData("""{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"x"}],"predicateType":"t"}""")]
    [InlineData("""{"_type":"https://in-toto.io/Statement/v1","subject":[]}""")]
    public void A_statement_that_is_none_is_refused(string statement) => Assert.Throws<FormatException>(() => StatementFacts.Read(Encoding.UTF8.GetBytes(statement)));

    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("""{"buildDefinition":7,"runDetails":[]}""")]
    [InlineData("""{"buildDefinition":{"resolvedDependencies":{}},"runDetails":{"builder":"x","metadata":{"caisson_hermetic":"yes"}}}""")]
    public void A_predicate_of_wrong_types_says_nothing(string predicate)
    {
        string statement = $$$"""{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"ab"}}],"predicateType":"https://slsa.dev/provenance/v1","predicate":{{{predicate}}} }""";
        StatementFacts facts = StatementFacts.Read(Encoding.UTF8.GetBytes(statement));
        Assert.Null(facts.Builder);
        Assert.Null(facts.IsHermetic);
        Assert.Equal(0, facts.MaterialCount);
    }

    [Fact]
    public void What_is_shown_of_a_statement_is_short_and_has_no_control_characters()
    {
        string statement = $$"""{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"\u001b[2J{{new string('x', 5000)}}"}""";
        string shown = StatementFacts.Read(Encoding.UTF8.GetBytes(statement)).PredicateType;
        Assert.StartsWith("[2Jxxx", shown, StringComparison.Ordinal);
        Assert.Equal(201, shown.Length);
    }
}
