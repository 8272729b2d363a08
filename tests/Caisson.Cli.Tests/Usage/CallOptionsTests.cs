using Caisson.Cli.Calls;

namespace Caisson.Cli.Tests.Usage;

public sealed class CallOptionsTests
{
    [Theory]
    [InlineData("", null, false, false)]
    [InlineData("build", null, false, false)]
    [InlineData("check", "Check", false, false)]
    [InlineData("lint,format=json", "Check", true, false)]
    [InlineData("check,format=text,ignorestatus=true", "Check", false, true)]
    [InlineData("outline", "Outline", false, false)]
    [InlineData("targets,format=json", "Targets", true, false)]
    [InlineData("subrequests.describe", "Describe", false, false)]
    public void A_call_is_read_as_buildx_reads_it(string value, string? method, bool isJson, bool ignoresStatus)
    {
        CallRequest? call = CallRequest.Parse(value);
        Assert.Equal((method, isJson, ignoresStatus), (call?.Method.ToString(), call?.IsJson ?? false, call?.IgnoresStatus ?? false));
    }

    [Theory]
    [InlineData("chekc", "cannot be called; write build, check, outline, targets or subrequests.describe")]
    [InlineData("check,format=xml", "the formats are text and json")]
    [InlineData("check,json", "is no key=value")]
    [InlineData("check,color=no", "\"color\" is not known here")]
    public void What_is_no_call_is_refused(string value, string expected) =>
        Assert.Contains(expected, Assert.Throws<UsageException>(() => CallRequest.Parse(value)).Message, StringComparison.Ordinal);
}
