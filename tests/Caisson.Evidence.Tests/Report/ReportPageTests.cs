using System.Text.RegularExpressions;
using System.Xml.Linq;
using Caisson.Engine;
using Caisson.Evidence.Report;
using Caisson.Evidence.Tests.Testing;

namespace Caisson.Evidence.Tests.Report;

public sealed partial class ReportPageTests
{
    private const string Hostile = "<script>alert(1)</script><img src=//evil.example/x onerror=alert(1)>\"'&\u0000\u001b[31m\u202egnp.exe\ud800";

    private const string Escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=//evil.example/x onerror=alert(1)&gt;&quot;&#39;&amp;\\u{0}\\u{1b}[31m\\u{202e}gnp.exe\ufffd";

    [Fact]
    public void Every_section_is_there()
    {
        string page = ReportPage.Write(SampleReport.Make());
        string[] sections = [.. Ids().Matches(page).Select(static m => m.Groups[1].Value)];
        Assert.Equal(["findings", "timeline", "proof", "inputs", "network", "layers", "packages", "dockerfile"], sections);
        foreach (string shown in (string[])["registry.example.com/team/warehouse-api:1.4.2", "1lg52ovs", "22 November 2026, 08:00:00 UTC", "48.4 s", "waited 3.40 s", "warning CSN1211", "pkg:deb/debian/curl@8.1?arch=amd64", "the cache mount go-build", "48.8 MB in 4 layers", "instead of 2.36-9+deb12u4", "undefined: x"])
            Assert.Contains(shown, page, StringComparison.Ordinal);
    }

    [Fact]
    public void What_others_wrote_is_text_and_nothing_else()
    {
        string plain = ReportPage.Write(SampleReport.Make());
        string hostile = ReportPage.Write(SampleReport.Make(Hostile));
        Assert.True(hostile.Split(Escaped).Length > 40, "it stands in every text");
        // Without it the page is the one that it always is.
        Assert.Equal(plain, hostile.Replace(Escaped, "", StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_asks_nobody_for_anything_and_runs_nothing()
    {
        string page = ReportPage.Write(SampleReport.Make());
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(" src=", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("url(", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", page, StringComparison.OrdinalIgnoreCase);
        Assert.All(Links().Matches(page), static link => Assert.Matches("^(#[a-z]+|data:,)$", link.Groups[1].Value));
    }

    [Fact]
    public void The_page_is_well_formed()
    {
        string page = ReportPage.Write(SampleReport.Make("<&>"));
        string body = page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)];
        Assert.Equal("body", XDocument.Parse(body).Root?.Name.LocalName);
    }

    [Fact]
    public void No_secret_is_shown_wherever_it_stands()
    {
        BuildReport report = SampleReport.Make(" se<same-open https://joe:pass@host.example/") with { Secrets = new SecretArguments(new Dictionary<string, string>(StringComparer.Ordinal) { ["API_TOKEN"] = "se<same-open", ["PLAIN"] = "warehouse" }) };
        string page = ReportPage.Write(report);
        Assert.DoesNotContain("same-open", page, StringComparison.Ordinal);
        Assert.DoesNotContain("joe", page, StringComparison.Ordinal);
        Assert.Contains("warehouse", page, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_shown_is_claimed_and_nothing_else()
    {
        BuildReport report = SampleReport.Make();
        string page = ReportPage.Write(report with { Inputs = report.Inputs with { IsHermetic = true, IsReproduced = true } });
        Assert.Contains("the same digest came of them", page, StringComparison.Ordinal);
        Assert.DoesNotContain(">not shown<", page, StringComparison.Ordinal);
        Assert.DoesNotContain("the same digest came of them", ReportPage.Write(report), StringComparison.Ordinal);
    }

    [Fact]
    public void A_build_of_the_history_has_a_page_without_what_is_not_known_of_it()
    {
        string page = ReportPage.Write(new BuildReport { Version = "0.1.0", Build = SampleReport.Make().Build });
        Assert.Equal(["findings", "timeline"], Ids().Matches(page).Select(static m => m.Groups[1].Value));
        Assert.DoesNotContain("Hermetic", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_build_that_was_not_recorded_has_a_page_without_a_timeline()
    {
        BuildReport report = SampleReport.Make() with { Build = null };
        Assert.DoesNotContain("id=\"timeline\"", ReportPage.Write(report), StringComparison.Ordinal);
        Assert.Contains("<h1>Dockerfile</h1>", ReportPage.Write(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_nothing_at_all_there_is_still_a_page() => Assert.Contains("a build", ReportPage.Write(new BuildReport { Version = "0.1.0", Inputs = BuildInputs.None }), StringComparison.Ordinal);

    [GeneratedRegex("<section id=\"([a-z]+)\">")]
    private static partial Regex Ids();

    [GeneratedRegex("href=\"([^\"]*)\"")]
    private static partial Regex Links();
}
