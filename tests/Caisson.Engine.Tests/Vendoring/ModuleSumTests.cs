using System.IO.Compression;
using System.Text;
using Caisson.Engine.Vendoring;

namespace Caisson.Engine.Tests.Vendoring;

/// <summary>The sums of modules, as Go works them out.</summary>
public sealed class ModuleSumTests
{
    // What go 1.19 wrote into go.sum of these very files.
    private const string KnownSum = "h1:mfcv2MCORP99zeSCO6A3skFxCqRcDsfDtaxCgWwCOl4=";
    private static readonly ModuleVersion Word = new("example.com/word", "v1.0.0");

    [Fact]
    public void The_sum_of_a_module_is_the_one_of_Go_whatever_the_order_of_its_files()
    {
        Assert.Equal(KnownSum, SumOf("go.mod", "word.go", "COPYING"));
        Assert.Equal(KnownSum, SumOf("COPYING", "word.go", "go.mod"));
    }

    [Fact]
    public void A_sum_agrees_disagrees_or_is_not_there()
    {
        GoSumFile sums = GoSumFile.Read($"example.com/word v1.0.0 {KnownSum}\nexample.com/word v1.0.0/go.mod h1:other=\nexample.com/later v1.0.0 h9:abc\nnonsense\n\n");
        Assert.True(sums.Agrees(Word, KnownSum));
        Assert.False(sums.Agrees(Word, "h1:x="));
        Assert.False(sums.AgreesOnGoMod(Word, "h1:x="));
        Assert.Null(sums.Agrees(Word with { Version = "v1.0.1" }, KnownSum));
        Assert.Null(sums.Agrees(new ModuleVersion("example.com/later", "v1.0.0"), KnownSum)); // a kind that is not known
    }

    [Theory]
    [InlineData("github.com/BurntSushi/toml", "v1.0.0-RC1", "github.com/!burnt!sushi/toml/@v/v1.0.0-!r!c1.mod", true)]
    [InlineData("example.com/a", "v1.0.0", "example.com/a/@v/v1.0.0.mod", true)]
    [InlineData("../../etc/passwd", "v1.0.0", "../../etc/passwd/@v/v1.0.0.mod", false)]
    [InlineData("/etc", "v1.0.0", "/etc/@v/v1.0.0.mod", false)]
    [InlineData("a//b", "v1.0.0", "a//b/@v/v1.0.0.mod", false)]
    [InlineData("a", "../v1", "a/@v/../v1.mod", false)]
    [InlineData("a\nb", "v1", "a\nb/@v/v1.mod", false)]
    public void A_module_has_a_place_in_the_cache_and_never_one_outside(string path, string version, string name, bool isSafe)
    {
        ModuleVersion module = new(path, version);
        Assert.Equal(name, module.CacheName("mod"));
        Assert.Equal(isSafe, module.IsSafe);
    }

    [Fact]
    public void The_list_of_vendored_modules_names_those_with_packages() =>
        Assert.Equal(
            ["example.com/a", "example.com/b"],
            VendorList.Parse("# example.com/a v1.0.0\n## explicit; go 1.17\nexample.com/a\nexample.com/a/sub\n# example.com/none v1.0.0\n## explicit\n# example.com/b v1.0.0 => ./b\n## explicit\nexample.com/b\n# example.com/x => example.com/y v1.0.0\n").Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("LICENSE", true)]
    [InlineData("License.md", true)]
    [InlineData("LICENCE.txt", true)]
    [InlineData("COPYING-3", true)]
    [InlineData("NOTICE", true)]
    [InlineData("licenses.go", false)]
    [InlineData("README.md", false)]
    public void Licences_are_known_by_their_names(string name, bool isOne) => Assert.Equal(isOne, Licences.IsLicence(name));

    private static string SumOf(params string[] order)
    {
        Dictionary<string, string> files = new() { ["go.mod"] = "module example.com/word\n", ["word.go"] = "package word\n\nconst W = \"hello\"\n", ["COPYING"] = "BSD\n" };
        using MemoryStream stream = new();
        using (ZipArchive writer = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (string name in order)
            {
                using Stream file = writer.CreateEntry($"example.com/word@v1.0.0/{name}").Open();
                file.Write(Encoding.UTF8.GetBytes(files[name]));
            }
        }
        using ZipArchive archive = new(stream, ZipArchiveMode.Read);
        return ModuleHash.OfArchive(archive);
    }
}
