using System.Collections.Immutable;
using System.Globalization;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>Evaluates EXPOSE.</summary>
internal static class PortSteps
{
    private const int Ports = 65536;

    public static Step Read(StepEvaluator evaluator)
    {
        var ports = ImmutableArray.CreateBuilder<string>();
        Dictionary<string, int[]> seen = new(StringComparer.Ordinal);
        foreach (Word word in StepTable.Syntax<ExposeInstruction>(evaluator).Ports)
        {
            foreach (string text in evaluator.Split(word))
            {
                if (PortRange.Read(text, out PortRange range) is not { } problem)
                    Append(ports, seen, range);
                else
                    evaluator.Fail(
                        DiagnosticCodes.BadPort, word, $"{Quoted.Of(text)}: {problem}",
                        "write a number, or a range, and a protocol: 8080, 8080/tcp, 7000-7010/udp");
            }
        }
        return new Step.Expose(ports.ToImmutable()) { Origin = evaluator.Bound };
    }

    // For each port the table leads to the next one not listed yet, so that no range is walked over twice.
    private static void Append(ImmutableArray<string>.Builder ports, Dictionary<string, int[]> seen, PortRange range)
    {
        if (!seen.TryGetValue(range.Protocol, out int[]? next))
            seen[range.Protocol] = next = [.. Enumerable.Range(0, Ports + 1)];
        for (int port = Next(next, range.First); port <= range.Last; port = Next(next, port))
        {
            ports.Add(string.Create(CultureInfo.InvariantCulture, $"{port}/{range.Protocol}"));
            next[port] = port + 1;
        }
    }

    private static int Next(int[] next, int port)
    {
        int found = port;
        while (next[found] != found)
            found = next[found];
        while (next[port] != port)
            (next[port], port) = (found, next[port]);
        return found;
    }
}
