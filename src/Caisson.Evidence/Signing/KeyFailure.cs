using Caisson.Engine;

namespace Caisson.Evidence.Signing;

/// <summary>Why a key cannot be used, and what to do.</summary>
internal static class KeyFailure
{
    private const string MakeOne = "make one: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem; its public half: openssl pkey -in key.pem -pubout -out pub.pem";

    /// <summary>Makes one.</summary>
    /// <param name="path">The key's file.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <param name="cause">What was thrown; null for nothing.</param>
    /// <param name="hint">What to do; null for how keys are made.</param>
    public static BuildException Of(string path, string problem, Exception? cause = null, string? hint = null) =>
        new(EngineCodes.KeyUnusable, $"the key {path} cannot be used: {problem}", hint ?? MakeOne, cause);
}
