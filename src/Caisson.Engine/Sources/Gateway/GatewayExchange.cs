using System.Buffers;
using System.Security.Cryptography;
using Caisson.Dockerfile.Source;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>One request of a step's program: judged, answered, checked, remembered.</summary>
/// <param name="step">The step.</param>
/// <param name="port">The port that the program asks from.</param>
internal sealed class GatewayExchange(GatewayStep step, int port)
{
    private const int BufferBytes = 64 << 10;

    private readonly int _number = step.Begin();

    /// <summary>Does it.</summary>
    /// <returns>Whether the client got a whole answer.</returns>
    /// <exception cref="IOException">The connection to the client broke.</exception>
    public async Task<bool> RunAsync(GatewayRequest request, AnswerWriter writer, CancellationToken ct)
    {
        RequestVerdict verdict = step.Parts.Rules.Judge(request.Method, request.Address);
        if (verdict.Denial is { } rule)
        {
            await DenyAsync($"{request.Method} {Shown(request.Address)}", rule, writer, ct).ConfigureAwait(false);
            return false;
        }
        GatewayRequest sent = verdict.Instead is { } instead ? request with { Address = instead } : request;
        if (IsChecked(verdict))
            sent = sent.WithoutConditions(); // all of it has to be seen
        try
        {
            GatewayAnswer answer = await step.Upstream.SendAsync(sent, ct).ConfigureAwait(false);
            await using (answer.ConfigureAwait(false))
                return await RelayAsync(request, verdict, answer, writer, ct).ConfigureAwait(false);
        }
        catch (UpstreamException e)
        {
            step.Note(_number, Begin(request, verdict) with { Status = RecordedExchange.Unanswered, Sent = request.Body?.Digest });
            if (!writer.HasBegun)
                await writer.WriteTextAsync(502, $"caisson: {step.Hide(e.Message)}\n", ct).ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>Says no.</summary>
    public async Task DenyAsync(string what, string rule, AnswerWriter writer, CancellationToken ct)
    {
        step.Refuse(what, rule, port, ends: true);
        if (!writer.HasBegun)
            await writer.WriteTextAsync(403, $"caisson: denied: {step.Hide(what)}: {rule}\n", ct).ConfigureAwait(false);
    }

    private async Task<bool> RelayAsync(GatewayRequest request, RequestVerdict verdict, GatewayAnswer answer, AnswerWriter writer, CancellationToken ct)
    {
        RecordedExchange exchange = Begin(request, verdict) with
        {
            Status = answer.Status,
            Fields = [.. answer.Fields.Select(f => new KeyValuePair<string, string>(f.Key, step.Hide(f.Value)))],
        };
        // Only what is looked at is passed on, where rules look at all: what a server says of an error may be anything.
        bool isDropped = answer.Status >= 300 && (step.Parts.Rules.AreEnforced || IsChecked(verdict));
        await writer.WriteHeadAsync(answer.Status, answer.Reason, answer.Fields, isDropped ? 0 : answer.LengthBytes, ct).ConfigureAwait(false);
        if (isDropped || !AnswerWriter.HasContent(request.Method, answer.Status) || answer.Content is null)
            return await CompleteAsync(exchange with { Sent = request.Body?.Digest, AnnouncedBytes = isDropped ? 0 : answer.LengthBytes }, verdict, file: null, ct).ConfigureAwait(false);
        string file = step.Parts.Responses.NewFile();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(2 * BufferBytes);
        try
        {
            // What came last is held back until all of it is known to be good: nobody takes an answer for whole that is not.
            (exchange, ReadOnlyMemory<byte> last) = await CopyAsync(exchange, answer.Content, file, buffer, writer, ct).ConfigureAwait(false);
            if (!await CompleteAsync(exchange with { Sent = request.Body?.Digest }, verdict, file, ct).ConfigureAwait(false))
                return false;
            await writer.WriteAsync(last, ct).ConfigureAwait(false);
            await writer.CompleteAsync(ct).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException && step.NotedAt(_number) is null)
        {
            // Some of it went to the program, and nobody knows what all of it would have been.
            if (step.Parts.Rules.AreEnforced || IsChecked(verdict))
                step.Refuse($"{exchange.Method} {exchange.Address}", "the answer broke off, or had not ended when the step did: it cannot be compared with what is allowed", port, ends: true);
            step.Note(_number, exchange with { IsWhole = false, Sent = request.Body?.Digest });
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            File.Delete(file);
        }
    }

    private RecordedExchange Begin(GatewayRequest request, RequestVerdict verdict) => new()
    {
        Method = request.Method,
        Address = Shown(request.Address),
        From = verdict.Instead is { } instead ? Shown(instead) : null,
        Range = request.Find("Range") is { } range ? step.Hide(range) : null,
        Form = step.Hide(RecordedExchange.FormOf(request)),
        Status = RecordedExchange.Unanswered,
    };

    private static bool IsChecked(RequestVerdict verdict) => verdict.Keyring is not null || verdict.Content is not null;

    private static async Task<(RecordedExchange Exchange, ReadOnlyMemory<byte> Last)> CopyAsync(RecordedExchange exchange, Stream content, string file, byte[] buffer, AnswerWriter writer, CancellationToken ct)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long size = 0;
        Memory<byte> held = buffer.AsMemory(0, BufferBytes);
        Memory<byte> next = buffer.AsMemory(BufferBytes, BufferBytes);
        int heldBytes = 0;
        bool hasReader = true;
        FileStream kept = new(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        await using (kept.ConfigureAwait(false))
        {
            while (await content.ReadAsync(next, ct).ConfigureAwait(false) is > 0 and var count)
            {
                hash.AppendData(next.Span[..count]);
                await kept.WriteAsync(next[..count], ct).ConfigureAwait(false);
                size += count;
                // A program that has seen enough goes away; what it took is known only when all of it is.
                hasReader = hasReader && await TryWriteAsync(writer, held[..heldBytes], ct).ConfigureAwait(false);
                (held, next) = (next, held);
                heldBytes = count;
            }
        }
        return (exchange with { SizeBytes = size, Content = Digest.FromSha256(hash.GetHashAndReset()) }, held[..heldBytes]);
    }

    private static async Task<bool> TryWriteAsync(AnswerWriter writer, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        try
        {
            await writer.WriteAsync(content, ct).ConfigureAwait(false);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    // The file becomes content when the answer is good.
    private async Task<bool> CompleteAsync(RecordedExchange exchange, RequestVerdict verdict, string? file, CancellationToken ct)
    {
        AnswerVerdict checkedAnswer = await step.Parts.Rules.CheckAsync(verdict, exchange, file, ct).ConfigureAwait(false);
        if (checkedAnswer.Problem is { } problem)
        {
            step.Refuse($"{exchange.Method} {exchange.Address}", problem, port, ends: true);
            return false;
        }
        if (file is not null)
            step.Parts.Responses.Publish(exchange.Content!, file); // it has content, and so a digest
        step.Note(_number, exchange with { Package = checkedAnswer.Package });
        return true;
    }

    private string Shown(Uri address) => step.Hide(AddressCredentials.Remove(address.AbsoluteUri));
}
