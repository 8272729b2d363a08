using System.Collections.Immutable;
using System.Globalization;
using Caisson.Dockerfile.Source;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.Bundling;

/// <summary>Says where the result of a repeated build begins to be another one.</summary>
/// <param name="bundle">The bundle.</param>
internal sealed class ResultComparison(Bundle bundle)
{
    private const string Hint = "build it twice with caisson build --reproduce=2: it names the files, and what makes them differ";

    /// <summary>The difference as the user reads it.</summary>
    public async Task<BuildException> ExplainAsync(BuildResult result, CancellationToken ct)
    {
        string message = $"the build came to {result.Descriptor?.Digest}, and {bundle.Place} says {bundle.Record.Result.Digest}";
        ImmutableArray<Image> made = result.Index?.Images ?? [result.Image!]; // an image was put together
        for (int i = 0; i < Math.Min(made.Length, bundle.Record.Result.Images.Length); i++)
        {
            if (made[i].Descriptor.Digest.Value != bundle.Record.Result.Images[i] && await CompareAsync(made[i], bundle.Record.Result.Images[i], ct).ConfigureAwait(false) is { } difference)
                return new BuildException([new Diagnostic(EngineCodes.OtherResult, Severity.Error, $"{message}: {(made.Length > 1 ? $"for {made[i].Config.Platform}, " : "")}{difference}", Hint: Hint)]);
        }
        return new BuildException(EngineCodes.OtherResult, message, Hint);
    }

    private async Task<string?> CompareAsync(Image made, string recorded, CancellationToken ct)
    {
        ImageManifest manifest = OciJson.ReadManifest(await bundle.ReadPartAsync(recorded, what: null, ct).ConfigureAwait(false));
        ImageConfig config = OciJson.ReadConfig(await bundle.ReadPartAsync(manifest.Config.Digest.Value, what: null, ct).ConfigureAwait(false));
        ImmutableArray<HistoryEntry> history = made.Config.History is { IsDefault: false } said ? [.. said.Where(static h => h.EmptyLayer != true)] : [];
        for (int i = 0; i < Math.Max(made.Layers.Length, config.RootFs.DiffIds.Length); i++)
        {
            if (i < made.Layers.Length && i < config.RootFs.DiffIds.Length && made.Layers[i].DiffId == config.RootFs.DiffIds[i])
                continue;
            string step = i < history.Length && history[i].CreatedBy is { } by ? $" ({by})" : "";
            return string.Create(CultureInfo.InvariantCulture, $"layer {i + 1} is the first that differs{step}");
        }
        return "the layers are the same, the configuration is not";
    }
}
