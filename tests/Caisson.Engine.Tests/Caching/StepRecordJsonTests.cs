using System.Text;
using Caisson.Engine.Caching;

namespace Caisson.Engine.Tests.Caching;

public sealed class StepRecordJsonTests
{
    private static readonly StepRecord Record = new()
    {
        Inputs = [new StateRecord { Image = "sha256:1", Layers = ["a", "b"] }, null, new StateRecord { Layers = [] }],
        Taken = [null, "sha256:2"],
        Definition = ["RUN \"x\"\n", "ü"],
        Layer = "run-1",
        Outputs = ["run-2", "run-3"],
    };

    [Fact]
    public void A_record_is_read_as_it_was_written()
    {
        StepRecord? read = StepRecordJson.TryRead(StepRecordJson.Write(Record));
        Assert.NotNull(read);
        Assert.Equal(("sha256:1", "run-1"), (read.Inputs[0]?.Image, read.Layer));
        Assert.Equal(["a", "b"], read.Inputs[0]?.Layers ?? []);
        Assert.Null(read.Inputs[1]);
        Assert.Equal([null, "sha256:2"], read.Taken);
        Assert.Equal(Record.Definition, read.Definition);
        Assert.Equal(["run-1", "run-2", "run-3"], read.Made);
    }

    [Fact]
    public void Records_of_builds_before_definitions_are_read() =>
        Assert.Empty(StepRecordJson.TryRead("""{"version":1,"inputs":[{"layers":["a"]}],"taken":[null],"layer":"b"}"""u8)!.Definition);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"version":2,"inputs":[],"taken":[],"layer":"a"}""")]
    [InlineData("""{"version":1,"inputs":[],"taken":[]}""")]
    [InlineData("""{"version":1,"inputs":[{}],"taken":[],"layer":"a"}""")]
    [InlineData("""{"version":1,"inputs":[{"layers":[null]}],"taken":[],"layer":"a"}""")]
    [InlineData("""{"version":"1","inputs":[],"taken":[],"layer":"a"}""")]
    [InlineData("""{"version":1,"inputs":3,"taken":[],"layer":"a"}""")]
    [InlineData("""{"version":1,"inputs":[],"taken":[],"layer":"a","outputs":[null]}""")]
    public void Anything_else_is_no_record(string text) => Assert.Null(StepRecordJson.TryRead(Encoding.UTF8.GetBytes(text)));

    // A loss of power can cut a file at any byte.
    [Fact]
    public void A_record_that_is_cut_short_is_none()
    {
        byte[] whole = StepRecordJson.Write(Record);
        for (int length = 0; length < whole.Length; length++)
            Assert.Null(StepRecordJson.TryRead(whole.AsSpan(0, length)));
    }
}
