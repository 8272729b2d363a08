using Caisson.Dockerfile.Expansion;

namespace Caisson.Dockerfile.Tests.Expansion;

public sealed class VariableSetTests
{
    [Fact]
    public void A_variable_keeps_its_place_when_it_is_set_again()
    {
        VariableSet set = VariableSet.Empty.Set("A", "1").Set("B", "2").Set("A", "3");
        Assert.Equal(["A=3", "B=2"], set.ToEnvironment());
        Assert.Equal(["A", "B"], set.Names);
        Assert.Equal(2, set.Count);
    }

    [Fact]
    public void A_set_does_not_change()
    {
        VariableSet before = VariableSet.Empty.Set("A", "1");
        _ = before.Set("A", "2").Set("B", "3");
        Assert.Equal(["A=1"], before.ToEnvironment());
    }

    [Fact]
    public void Names_differ_by_case_and_empty_is_not_unset()
    {
        VariableSet set = VariableSet.FromEnvironment(["a=", "B", "C=x=y"]);
        Assert.True(set.TryGet("a", out string? value));
        Assert.Equal("", value);
        Assert.False(set.Contains("A"));
        Assert.True(set.TryGet("C", out value));
        Assert.Equal("x=y", value);
        Assert.Equal(["a=", "B=", "C=x=y"], set.ToEnvironment());
    }

    [Fact]
    public void The_size_counts_names_and_values()
    {
        VariableSet set = VariableSet.Empty.Set("AB", "123").Set("C", "").Set("AB", "1");
        Assert.Equal(4, set.Size);
    }

    [Fact]
    public void Of_two_values_the_later_counts() => Assert.Equal(["A=2", "B=1"], VariableSet.FromEnvironment(["A=1", "B=1", "A=2"]).ToEnvironment());
}
