using System.Collections.Immutable;
using System.Globalization;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Sources.Gateway;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Engine.Bundling;

/// <summary>
/// Reads all of a bundle: every part is what its digest says, all that the build needs is there, and, of one that is a file, every byte between the parts is what it would be if
/// the file were written now.
/// </summary>
/// <param name="bundle">The bundle.</param>
/// <param name="directory">For what is being looked at.</param>
internal sealed class BundleVerification(Bundle bundle, string directory)
{
    private const int MaxTold = 20;

    /// <summary>Looks.</summary>
    /// <param name="file">The file that it is; null when it is none, or not alone in it.</param>
    /// <param name="name">The name that it has there; null for none.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>What is wrong.</returns>
    public async Task<ImmutableArray<Diagnostic>> VerifyAsync(string? file, string? name, CancellationToken ct)
    {
        List<Diagnostic> problems = [];
        Dictionary<string, string> answers = await ReadRequestsAsync(problems, ct).ConfigureAwait(false);
        foreach (Descriptor part in bundle.Parts)
        {
            string what = answers.GetValueOrDefault(part.Digest.Value) ?? bundle.Describe(part.Digest);
            await NoteAsync(problems, () => bundle.GuardAsync($"{what} ({part.Digest})", () => ReadAsync(part, ct))).ConfigureAwait(false);
        }
        if (problems.Count == 0 && file is not null)
            await NoteAsync(problems, () => CompareFileAsync(file, name, ct)).ConfigureAwait(false);
        return [.. problems.Take(MaxTold)];
    }

    private async Task<long> ReadAsync(Descriptor part, CancellationToken ct)
    {
        Stream stream = await bundle.Graph.OpenBlobAsync(part, ct).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
            await stream.CopyToAsync(Stream.Null, ct).ConfigureAwait(false);
        return part.Size;
    }

    // What each answer was the answer to; those that are not there are told.
    private async Task<Dictionary<string, string>> ReadRequestsAsync(List<Diagnostic> problems, CancellationToken ct)
    {
        Dictionary<string, string> answers = new(StringComparer.Ordinal);
        foreach (BundleStep step in bundle.Record.Steps)
        {
            await NoteAsync(problems, async () =>
            {
                NetworkRecord record = await bundle.ReadRequestsAsync(step, Path.Combine(directory, Path.GetRandomFileName()), ct).ConfigureAwait(false);
                foreach (RecordedExchange exchange in record.Exchanges.Where(static e => e is { IsWhole: true, Content: not null }))
                {
                    string content = exchange.Content!.Value; // asked for above
                    string part = bundle.Record.Compressed.GetValueOrDefault(content) ?? content;
                    string what = $"the answer to {exchange.Method} {exchange.Address}";
                    if (answers.TryAdd(part, what))
                        await NoteAsync(problems, () => Task.FromResult(bundle.PartOf(part, what))).ConfigureAwait(false);
                }
                return true;
            }).ConfigureAwait(false);
        }
        return answers;
    }

    // Headers and what fills up between parts are in no digest; but there is one way only to write them.
    private async Task<bool> CompareFileAsync(string path, string? name, CancellationToken ct)
    {
        FileStream file = File.OpenRead(path);
        await using (file.ConfigureAwait(false))
        {
            ComparingStream compared = new(file);
            await using (compared.ConfigureAwait(false))
                await new OciArchiveGraphSink(compared, name).WriteAsync(bundle.Graph, ct).ConfigureAwait(false);
            long? different = compared.FirstDifference ?? (file.Length > compared.LengthBytes ? compared.LengthBytes : null);
            if (different is not { } at)
                return true;
            throw new BuildException(
                EngineCodes.BadBundle,
                string.Create(CultureInfo.InvariantCulture, $"{path} is damaged: byte {at} of the file, outside of the parts, which are whole"),
                "another tool may have packed it anew; caisson image cp writes it as it was: oci-archive:OLD oci-archive:NEW");
        }
    }

    private static async Task NoteAsync<T>(List<Diagnostic> problems, Func<Task<T>> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (BuildException e)
        {
            problems.AddRange(e.Diagnostics);
        }
    }
}
