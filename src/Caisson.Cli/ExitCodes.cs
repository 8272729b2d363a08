using Caisson.Dockerfile.Source;

namespace Caisson.Cli;

/// <summary>The exit codes of the command. They are part of its contract; docs/exit-codes.md lists them.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>A step of the build failed.</summary>
    public const int StepFailed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The Dockerfile is wrong (CSN1xxx).</summary>
    public const int Dockerfile = 3;

    /// <summary>What the build needs is not there (CSN2xxx).</summary>
    public const int Inputs = 4;

    /// <summary>The sandbox cannot be used (CSN3xxx).</summary>
    public const int Sandbox = 5;

    /// <summary>An image or a registry cannot be had (CSN4xxx).</summary>
    public const int Images = 6;

    /// <summary>The store or the disk cannot be used (CSN5xxx).</summary>
    public const int Store = 7;

    /// <summary><c>check</c>: there are warnings, and these were to be errors. Of <c>build</c> this is <see cref="ChecksForbidBuild"/>.</summary>
    public const int ChecksFailed = 1;

    /// <summary><c>build</c>: checks warn of something, and the Dockerfile asks that this be an error (CSN1601).</summary>
    public const int ChecksForbidBuild = 8;

    /// <summary><c>build</c>: a step would run that was expected to be a hit (CSN2090).</summary>
    public const int NotCached = 9;

    /// <summary><c>build --reproduce</c>: something else came of the build when it was done once more (CSN2160, CSN2162).</summary>
    public const int NotReproducible = 10;

    /// <summary><c>diff</c>: the images are different.</summary>
    public const int ImagesDiffer = 1;

    /// <summary>A defect of Caisson itself.</summary>
    public const int Defect = 70;

    /// <summary><c>run</c>: the container could not be started. Other codes of <c>run</c> are the program's own.</summary>
    public const int ContainerNotStarted = 125;

    /// <summary><c>run</c>: the program may not be executed.</summary>
    public const int ProgramNotExecutable = 126;

    /// <summary><c>run</c>: the program is not in the image.</summary>
    public const int ProgramNotFound = 127;

    /// <summary>Interrupted (SIGINT).</summary>
    public const int Interrupted = 130;

    /// <summary>The code for a diagnostic.</summary>
    public static int Of(string diagnosticCode) => diagnosticCode switch
    {
        Engine.EngineCodes.StepFailed => StepFailed,
        Engine.EngineCodes.NotCached => NotCached,
        Engine.EngineCodes.NotReproducible or Engine.EngineCodes.RepetitionFailed => NotReproducible,
        DiagnosticCodes.ChecksFailed => ChecksForbidBuild,
        ['C', 'S', 'N', '1', ..] => Dockerfile,
        ['C', 'S', 'N', '2', ..] => Inputs,
        ['C', 'S', 'N', '3', ..] => Sandbox,
        ['C', 'S', 'N', '4', ..] => Images,
        ['C', 'S', 'N', '5', ..] => Store,
        _ => Defect,
    };
}
