using System.Text.RegularExpressions;

namespace Caisson.Dockerfile.Linting;

/// <summary>The form of image names: <c>[host[:port]/]path[:tag][@digest]</c>, as <c>distribution/reference</c> has it.</summary>
internal static partial class ImageName
{
    private const string Component = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    private const string Label = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    private const string Host = @"(?:" + Label + @"(?:\." + Label + @")*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?";
    private const string Tag = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
    private const string Digest = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";

    /// <summary>True when the text can be an image's name; 64 hexadecimal digits cannot, for they are taken for an image's id.</summary>
    public static bool IsValid(string text) => Name().IsMatch(text) && !Id().IsMatch(text);

    [GeneratedRegex(@"\A(?:" + Host + "/)?" + Component + "(?:/" + Component + ")*(?::" + Tag + ")?(?:@" + Digest + @")?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[a-f0-9]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Id();
}
