using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon.EngineApi;

/// <summary>A request cannot be done as it was asked.</summary>
/// <param name="status">The status of the answer.</param>
/// <param name="message">Why, as a sentence for the user of the client.</param>
internal sealed class ApiException(int status, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The status of the answer.</summary>
    public int Status => status;

    /// <summary>A parameter is wrong.</summary>
    public static ApiException Bad(string message, Exception? cause = null) => new(StatusCodes.Status400BadRequest, message, cause);

    /// <summary>There is no image of a name.</summary>
    public static ApiException NoImage(string name) => new(StatusCodes.Status404NotFound, $"No such image: {name}");
}
