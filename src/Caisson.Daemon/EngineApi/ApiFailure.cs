
using Caisson.Engine;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon.EngineApi;

/// <summary>What a client is told of something that failed.</summary>
internal static class ApiFailure
{
    /// <summary>Status and sentence.</summary>
    public static (int Status, string Message) Of(Exception failure) => failure switch
    {
        ApiException known => (known.Status, known.Message),
        BuildException build => (StatusOf(build.Code), MessageOf(build)),
        BadHttpRequestException bad => (bad.StatusCode, bad.Message),
        _ => (StatusCodes.Status500InternalServerError, failure.Message),
    };

    /// <summary>All that is to be said of a failure: each error with its place and what to do.</summary>
    public static string MessageOf(BuildException failure) => string.Join('\n', failure.Diagnostics.Where(static d => d.IsError).Select(static d => d.ToString()));

    private static int StatusOf(string code) => code switch
    {
        EngineCodes.ImageNotFound or EngineCodes.ImageNotLocal => StatusCodes.Status404NotFound,
        ['C', 'S', 'N', '1' or '2', ..] => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status500InternalServerError,
    };
}
