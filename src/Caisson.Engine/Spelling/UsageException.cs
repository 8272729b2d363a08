namespace Caisson.Engine.Spelling;

/// <summary>The command line is wrong in a way that only the command itself can tell.</summary>
public sealed class UsageException(string message) : Exception(message);
