using System.Reflection;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Tests.Testing;

namespace Caisson.Dockerfile.Tests;

/// <summary>What users read. A golden file changes only together with the wording, and on purpose.</summary>
public sealed class GoldenTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Goldens");

    public static TheoryData<string, int> Cases
    {
        get
        {
            TheoryData<string, int> data = [];
            foreach (string file in Directory.GetFiles(Folder).Order(StringComparer.Ordinal))
            {
                for (int i = 0; i < GoldenCase.Read(file).Length; i++)
                    data.Add(Path.GetFileName(file), i);
            }
            return data;
        }
    }

    public static TheoryData<string> Codes =>
        [.. typeof(DiagnosticCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(static f => (string)f.GetRawConstantValue()!)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Diagnostics_read_as_agreed(string file, int index)
    {
        GoldenCase golden = GoldenCase.Read(Path.Combine(Folder, file))[index];
        Assert.Equal(golden.Expected, golden.Render());
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_code_has_a_golden_that_shows_it(string code)
    {
        string file = Path.Combine(Folder, code + ".txt");
        Assert.True(File.Exists(file), $"{code} has no golden file");
        Assert.All(GoldenCase.Read(file), c => Assert.Contains($" {code}: ", c.Expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Codes_are_unique() => Assert.Equal(Codes.Count, Codes.Select(static r => r.Data).Distinct().Count());
}
