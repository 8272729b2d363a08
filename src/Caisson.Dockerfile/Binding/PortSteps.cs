using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>Evaluates EXPOSE.</summary>
internal static class PortSteps
{
    // About the characters of one, as what expanding words costs is counted.
    private const int CostOfPort = 10;

    private const int WordBits = 64;

    public static Step Read(StepEvaluator evaluator)
    {
        var ports = ImmutableArray.CreateBuilder<string>();
        Dictionary<string, ulong[]> listed = new(StringComparer.Ordinal);
        ImmutableArray<Word> words = StepTable.Syntax<ExposeInstruction>(evaluator).Ports;
        // BuildKit sorts them as they are written, before it expands them: their order shows in the history.
        foreach (Word word in words.OrderBy(static w => w.Text, StringComparer.Ordinal))
        {
            foreach (string text in evaluator.Split(word))
            {
                if (PortRange.Read(text, out PortRange range) is not { } problem)
                    Append(ports, listed, range);
                else
                    evaluator.Fail(
                        DiagnosticCodes.BadPort, word, $"{Quoted.Of(text)}: {problem}",
                        "write a number, or a range, and a protocol: 8080, 8080/tcp, 7000-7010/udp");
            }
        }
        evaluator.Spend(ports.Count * CostOfPort, words[^1]);
        return new Step.Expose(ports.ToImmutable()) { Origin = evaluator.Bound };
    }

    // Each port once: its bit says that it is listed, and a range looks at 64 of them at a time.
    private static void Append(ImmutableArray<string>.Builder ports, Dictionary<string, ulong[]> listed, PortRange range)
    {
        if (!listed.TryGetValue(range.Protocol, out ulong[]? bits))
            bits = [];
        if (bits.Length <= range.Last / WordBits)
        {
            Array.Resize(ref bits, (range.Last / WordBits) + 1);
            listed[range.Protocol] = bits;
        }
        for (int at = range.First / WordBits; at <= range.Last / WordBits; at++)
        {
            ulong wanted = ulong.MaxValue;
            if (at == range.First / WordBits)
                wanted &= ulong.MaxValue << (range.First % WordBits);
            if (at == range.Last / WordBits)
                wanted &= ulong.MaxValue >> (WordBits - 1 - (range.Last % WordBits));
            for (ulong open = wanted & ~bits[at]; open != 0; open &= open - 1)
                ports.Add(string.Create(CultureInfo.InvariantCulture, $"{(at * WordBits) + BitOperations.TrailingZeroCount(open)}/{range.Protocol}"));
            bits[at] |= wanted;
        }
    }
}
