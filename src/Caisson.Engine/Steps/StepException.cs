namespace Caisson.Engine.Steps;

/// <summary>A step cannot be done as it was asked for. The solver adds where in the Dockerfile it was asked.</summary>
internal sealed class StepException : Exception
{
    /// <summary>Says what is wrong.</summary>
    /// <param name="code">The diagnostic's code (<see cref="EngineCodes"/>).</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="hint">What to do, or null.</param>
    /// <param name="cause">What found it, or null.</param>
    public StepException(string code, string message, string? hint = null, Exception? cause = null)
        : base(message, cause)
    {
        Code = code;
        Hint = hint;
    }

    /// <summary>The diagnostic's code.</summary>
    public string Code { get; }

    /// <summary>What to do.</summary>
    public string? Hint { get; }

    /// <summary>Which part of the instruction is wrong: an index into the label's details; null for the instruction as a whole.</summary>
    public int? Part { get; init; }

    /// <summary>What the part asks for and is not there, with its verb; null when it is something else that is wrong.</summary>
    public string? Lacking { get; init; }

    /// <summary>Something that is no directory stands where one is needed.</summary>
    public static StepException NotADirectory(string path) => new(EngineCodes.NotADirectory, $"\"{path}\" exists and is not a directory");

    /// <summary>A directory is not there that something is to go into.</summary>
    public static StepException NoDirectory(string directory, string path) =>
        new(EngineCodes.SourceNotFound, $"\"{directory}\", the directory that \"{path}\" is to go into, is not there", "make it in an earlier step");

    /// <summary>A directory stands where a file is to go.</summary>
    public static StepException IsADirectory(string path) =>
        new(EngineCodes.IsADirectory, $"\"{path}\" is a directory and cannot be replaced by a file", "copy to another name, or remove the directory in an earlier step");

    /// <summary>Several files get one name, and the last stays.</summary>
    public static StepException OneNameForSeveral(string path) =>
        new(EngineCodes.FilesOverwritten, $"several files are copied to \"{path}\", which is no directory: only the last is there", $"write \"{path}/\"");
}
