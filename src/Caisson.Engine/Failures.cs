using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Engine.Solving;
using Caisson.Engine.Steps;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Stargz;
using Caisson.Oci.Tar;
using Caisson.Oci.Transfer;

namespace Caisson.Engine;

/// <summary>Turns what went wrong inside into what the user reads. The inner rooms throw facts; here they get a code, a place and a hint.</summary>
internal static class Failures
{
    /// <summary>The exception for the user; null when the failure is nothing that a user can cause, and so a defect of ours.</summary>
    /// <param name="failure">What went wrong.</param>
    /// <param name="store">The store, if it was at work.</param>
    public static BuildException? Explain(Exception failure, string? store = null) => failure switch
    {
        BuildException known => known,
        StepFailure step => ExplainStep(step, store),
        _ => Describe(failure, store) is { } diagnostic ? new BuildException([diagnostic], failure) : null,
    };

    /// <summary>The exception for the user whose disk is full.</summary>
    /// <param name="failure">What said so.</param>
    /// <param name="place">Where it most likely happened when the failure does not tell.</param>
    /// <param name="store">The store.</param>
    public static BuildException DiskFull(Exception failure, string? place, string store) => new([FullDisk.Describe(failure, place, store)], failure);

    private static BuildException? ExplainStep(StepFailure step, string? store)
    {
        if (step.Reason is BuildException known)
            return known;
        if (Describe(step.Reason, store) is not { } diagnostic)
            return null;
        NodePart? part = PartOf(step);
        if (step.Reason is StepException { Lacking: { } lacking } && part?.From is { } from)
            diagnostic = diagnostic with { Message = MissingSource.Say(lacking, from) };
        BuildException explained = new([diagnostic with { Where = part?.Where ?? step.Node.Label.Where }], step);
        return step.Reason is RunFailedException run
            ? new BuildException(explained.Diagnostics, step) { FailedStep = new FailedStep(step.Node.Label.Text, run.ExitCode, [.. run.Tail]) { Command = (step.Node.Operation as Operation.Run)?.Arguments ?? [] } }
            : explained;
    }

    // The part of the instruction that is wrong; null for the instruction as a whole.
    private static NodePart? PartOf(StepFailure step) =>
        step.Reason is StepException { Part: int part } && part < step.Node.Label.Parts.Length ? step.Node.Label.Parts[part] : null;

    private static Diagnostic? Describe(Exception failure, string? store) => failure switch
    {
        StepException e => Error(e.Code, e.Message, e.Hint),
        RunFailedException e => Error(EngineCodes.StepFailed, $"the command ended with exit code {e.ExitCode}", HintFor(e)),
        MissingRuntimeException e => Error(EngineCodes.MissingRuntime, e.Message, "install one: apt-get install crun (or runc)"),
        SandboxException { IsProgramMissing: true } e => Error(EngineCodes.ProgramNotFound, e.Message, "the program must be in the image, at that path or in its PATH"),
        SandboxException { IsProgramRefused: true } e => Error(EngineCodes.ProgramNotExecutable, e.Message, "make it executable, for example with COPY --chmod=755; a directory is no program"),
        SandboxException { IsRuntimeBroken: true } e => Error(EngineCodes.SandboxUnusable, e.Message, "see what it says itself; choose another with --runtime or CAISSON_RUNTIME"),
        SandboxException e => Error(EngineCodes.SandboxUnusable, e.Message, "caisson doctor says what this machine can do"),
        MissingLibraryException e => Error(EngineCodes.MissingLibrary, e.Message, $"install it: apt-get install {e.Package}"),
        StargzException e => Error(EngineCodes.NoStargz, e.Message, "rename the file, or choose another compression: gzip or zstd"),
        ProcessStartException e => Error(EngineCodes.MissingProgram, e.Message, "caisson doctor says what is missing and how to install it"),
        ContentChangedException e => Error(EngineCodes.ContextChanged, e.Message, "build again when nothing writes to the build context any more"),
        RegistryException e => Describe(e),
        TransferException e => TransferFailures.Describe(e),
        ImageNotFoundException e => Error(EngineCodes.ImageNotFound, e.Message, null),
        InvalidImageException or BlobNotFoundException or TarException => Error(EngineCodes.InvalidImage, failure.Message, "pull or load the image again; if that does not help, it was made wrong"),
        IOException e when SystemCallException.SaysDiskFull(e) => FullDisk.Describe(e, store, store),
        SystemCallException { ErrorNumber: Errno.EACCES or Errno.EPERM } e => Error(EngineCodes.FileUnusable, e.Message, "check who owns it and what its mode is"),
        UnauthorizedAccessException e => Error(EngineCodes.FileUnusable, e.Message, "check who owns it and what its mode is"),
        InvalidDataException e => Error(EngineCodes.StoreDamaged, e.Message, "build with --no-cache"),
        IOException e => Error(EngineCodes.FileUnusable, e.Message, IsDeviceFailure(e) ? "the device or its driver failed: the log of the kernel (dmesg) says more" : null),
        _ => null,
    };

    private static Diagnostic Describe(RegistryException e) => e.Kind switch
    {
        RegistryErrorKind.Unreachable => Error(EngineCodes.RegistryUnreachable, e.Message, "check the name, the network and the proxy; plain HTTP to another machine needs --insecure-registry"),
        RegistryErrorKind.Unauthorized or RegistryErrorKind.Denied => Error(EngineCodes.RegistryUnauthorized, e.Message, $"log in: caisson login {e.Registry}"),
        RegistryErrorKind.NotFound => Error(EngineCodes.ImageNotFound, e.Message, null),
        RegistryErrorKind.RateLimited => Error(EngineCodes.RegistryRateLimited, e.Message, e.RetryAfter is { } wait ? $"try again in {wait.TotalSeconds:0} seconds" : "try again later"),
        RegistryErrorKind.Untrusted => Error(EngineCodes.ServerUntrusted, e.Message, $"give its authority's certificate with --registry-ca {e.Registry}=FILE, or with --ca FILE"),
        RegistryErrorKind.UnsafeRedirect => Error(EngineCodes.UnsafeRedirect, e.Message, "ask who runs the registry; only a registry that speaks plain HTTP itself may lead to plain HTTP"),
        RegistryErrorKind.ObsoleteFormat => Error(EngineCodes.ObsoleteImageFormat, e.Message, "convert it where it is: skopeo copy --format oci docker://OLD docker://NEW"),
        RegistryErrorKind.ForeignLayer => Error(EngineCodes.ForeignLayer, e.Message, "have the image pushed with all of its layers, or take another base image"),
        RegistryErrorKind.Offline => Error(EngineCodes.Offline, e.Message, "leave out --offline, or bring what is missing here first: caisson pull, caisson load"),
        RegistryErrorKind.Blocked => Error(EngineCodes.RegistryBlocked, e.Message, "use another registry, or change the file of --registries-conf"),
        RegistryErrorKind.Unsupported => Error(EngineCodes.RegistryUnsupported, e.Message, "a tag goes with what it stands for: --manifest; where that is refused too, removing is switched off at the registry"),
        RegistryErrorKind.Rejected when e.Status is System.Net.HttpStatusCode.MethodNotAllowed || e.HasCode("UNSUPPORTED") =>
            Error(EngineCodes.RegistryUnsupported, e.Message, "ask who runs the registry: many switch removing and listing off"),
        RegistryErrorKind.InvalidContent => Error(EngineCodes.InvalidImage, e.Message, null),
        _ => Error(EngineCodes.RegistryFailed, e.Message, null),
    };

    private static bool IsDeviceFailure(IOException e) => e is SystemCallException call ? call.ErrorNumber == Errno.EIO : e.HResult == Errno.EIO;

    private static string HintFor(RunFailedException e) => e.ExitCode switch
    {
        _ when e.LackedIds => "root is the only user of this build: no file can be given to another (chown), no program can become one (apt-get: -o APT::Sandbox::User=root); caisson doctor says how to get more ids",
        _ when e.HasFullDisk => "the disk of the store is full: free some space (caisson prune), or put the store elsewhere with --root",
        126 => "126: the shell found the program but could not run it; is it executable, and for this platform?",
        127 when e.NearestProgram is { } program => $"127: the shell did not find the program; did you mean \"{program}\"?",
        127 => "127: the shell did not find the program; is it installed in this stage, and in its PATH?",
        137 => "137: the program was killed; this is often the machine running out of memory",
        _ => $"the working directory of the step was {e.WorkingDirectory}",
    };

    private static Diagnostic Error(string code, string message, string? hint) => new(code, Severity.Error, message, Where: null, hint);
}
