using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Ignore;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Tests.Testing;

namespace Caisson.Dockerfile.Tests.Linting;

public sealed class RulesTests
{
    [Fact]
    public void The_rules_of_the_reference_are_all_there_by_name()
    {
        string[] names = [.. CheckRules.All.Select(static r => r.Name)];
        Assert.Equal(22, names.Length);
        Assert.Equal(names.Order(StringComparer.Ordinal).Distinct(), names);
        Assert.Equal(["InvalidDefinitionDescription"], CheckRules.All.Where(static r => r.IsExperimental).Select(static r => r.Name));
    }

    [Fact]
    public void A_rule_of_ones_own_is_data_and_a_method()
    {
        CheckRule rule = new("NoAdd", "ADD is not used", static file =>
            file.Each<Syntax.AddInstruction>().Select(static a => new Finding(a.Syntax, a.Syntax.Keyword.Span, "ADD is used", "use COPY")));
        BoundDockerfile bound = Texts.Bind("FROM scratch\n# check=skip=NoAdd\nADD a /\nADD b /");
        CheckWarning found = Assert.Single(new Linter([rule]).Run(bound).Warnings);
        Assert.Equal("Dockerfile:4:1: warning NoAdd: ADD is used\n    4 | ADD b /\n      | ^^^\n  hint: use COPY", found.ToDiagnostic().ToString());
    }

    [Fact]
    public void Checking_never_throws() => Properties.Check(Properties.Dockerfiles, static text =>
    {
        ParsedDockerfile parsed = DockerfileParser.Parse(Texts.Source("# check=experimental=all\n" + text));
        BoundDockerfile bound = Binder.Bind(parsed.Document);
        CheckReport report = Linter.Default.Run(bound, new CheckInput { Ignore = IgnoreMatcher.Create(["*.go", "a"]) });
        Assert.All(report.Diagnostics, static d => Assert.NotEmpty(d.ToString()));
    });

    [Fact]
    public void What_nobody_would_read_is_not_collected()
    {
        string many = "FROM scratch\n" + string.Concat(Enumerable.Repeat("ENV a$b $c\n", 3000));
        CheckReport report = Checks.Run(many);
        Assert.All(report.Warnings.GroupBy(static w => w.Rule.Name), static g => Assert.InRange(g.Count(), 1, 200));
    }
}
