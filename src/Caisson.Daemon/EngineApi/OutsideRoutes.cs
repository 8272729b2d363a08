using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon.EngineApi;

/// <summary>What the Engine API has besides, and Caisson does not do: it says so, by the name of the thing.</summary>
internal static class OutsideRoutes
{
    private static readonly (string Path, string What)[] Known =
    [
        ("containers", "containers are for an engine that runs them"),
        ("exec", "containers are for an engine that runs them"),
        ("networks", "networks are for an engine that runs containers"),
        ("volumes", "volumes are for an engine that runs containers"),
        ("swarm", "there is no swarm"),
        ("nodes", "there is no swarm"),
        ("services", "there is no swarm"),
        ("tasks", "there is no swarm"),
        ("secrets", "secrets of swarms are not kept; those of builds are given with --secret"),
        ("configs", "there is no swarm"),
        ("plugins", "there are no plugins"),
        ("commit", "images come from Dockerfiles, not from containers"),
        ("images/search", "there is no search"),
        ("distribution", "registries are not asked for others; use caisson image inspect"),
    ];

    // "docker inspect NAME" asks for one thing after the other, and goes on where there is none.
    private static readonly (string Path, string Thing)[] Looked =
        [("containers/", "container"), ("networks/", "network"), ("volumes/", "volume"), ("nodes/", "node"), ("services/", "service"), ("tasks/", "task"), ("secrets/", "secret"), ("configs/", "config"), ("plugins/", "plugin")];

    /// <summary>Why an address is not answered.</summary>
    /// <param name="method">How it is asked.</param>
    /// <param name="path">The address, without its version.</param>
    public static ApiException Refuse(string method, string path)
    {
        foreach ((string begin, string thing) in HttpMethods.IsGet(method) ? Looked : [])
        {
            if (!path.StartsWith(begin, StringComparison.Ordinal))
                continue;
            // A name may be that of an image, with slashes in it; "docker inspect" asks for that here, too.
            string name = path[begin.Length..];
            bool isOne = name.EndsWith("/json", StringComparison.Ordinal) || (name != "json" && !name.Contains('/', StringComparison.Ordinal));
            if (name.EndsWith("/json", StringComparison.Ordinal))
                name = name[..^"/json".Length];
            if (isOne && name.Length > 0)
                return new ApiException(StatusCodes.Status404NotFound, $"No such {thing}: {name}");
        }
        foreach ((string known, string what) in Known)
        {
            if (path == known || path.StartsWith(known + "/", StringComparison.Ordinal))
                return new ApiException(StatusCodes.Status501NotImplemented, $"caisson builds images and runs no containers: {what}");
        }
        return new ApiException(StatusCodes.Status404NotFound, "page not found");
    }
}
