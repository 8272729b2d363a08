using System.Globalization;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;

namespace Caisson.Engine.Planning;

/// <summary>Names the steps of a stage: <c>[build 2/5] RUN make</c>, the stage, which of its steps, and how many there are.</summary>
/// <param name="stage">The stage.</param>
/// <param name="shown">What the stage is shown as; empty for one that is the only one.</param>
/// <param name="platform">The platform that goes before it; null when there is no other.</param>
/// <param name="total">How many steps there are.</param>
internal sealed class StepNumbers(BoundStage stage, string shown, PlatformName? platform, int total)
{
    private readonly string _stage = platform is null ? stage.DisplayName : $"{platform} {stage.DisplayName}";

    /// <summary>The number of the last step that was named.</summary>
    public int Last { get; private set; }

    /// <summary>Names the next step.</summary>
    /// <param name="text">The instruction.</param>
    /// <param name="where">Where it stands.</param>
    /// <param name="scope">The variables that it sees; null when it sees none.</param>
    /// <param name="expanded">The instruction with the values of variables; null for none.</param>
    public NodeLabel Next(string text, SourceSpan where, StageScope? scope, string? expanded = null)
    {
        string count = total.ToString(CultureInfo.InvariantCulture);
        string number = (++Last).ToString(CultureInfo.InvariantCulture).PadLeft(count.Length);
        string of = platform is null ? shown : shown.Length == 0 ? platform.ToString(scope) : $"{platform.ToString(scope)} {shown}";
        string prefix = $"[{(of.Length == 0 ? "" : of + " ")}{number}/{count}] ";
        return new NodeLabel(prefix + text, where) { Stage = _stage, Number = Last, Shown = expanded is null ? null : prefix + expanded };
    }
}
