using System.Collections.Immutable;
using Caisson.Engine.Graph;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>Finds what a graph begins with, pins it, and makes its nodes. The build's policy and its lock file hold for it as for what a Dockerfile names.</summary>
public interface IGraphSources
{
    /// <summary>The platform that is planned for.</summary>
    Platform Platform { get; }

    /// <summary>An image.</summary>
    /// <param name="reference">Its name.</param>
    /// <param name="platform">Its platform; null for that of the build.</param>
    /// <param name="label">What people read.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">It cannot be had.</exception>
    Task<(Node Node, ImageConfig Config)> ImageAsync(Reference reference, Platform? platform, NodeLabel label, CancellationToken ct);

    /// <summary>An image of a layout on this machine.</summary>
    /// <param name="location">Where: <c>path[:tag][@digest]</c>.</param>
    /// <param name="platform">Its platform; null for that of the build.</param>
    /// <param name="label">What people read.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">It cannot be had.</exception>
    Task<(Node Node, ImageConfig Config)> LayoutAsync(string location, Platform? platform, NodeLabel label, CancellationToken ct);

    /// <summary>Files of a git repository.</summary>
    /// <param name="location">Which, as <c>ADD</c> names them.</param>
    /// <param name="keepsGitDirectory">Whether <c>.git</c> is among them.</param>
    /// <param name="label">What people read.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">They cannot be had.</exception>
    Task<Node> GitAsync(string location, bool keepsGitDirectory, NodeLabel label, CancellationToken ct);

    /// <summary>A file of the web.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="fileName">The name that it gets.</param>
    /// <param name="checksum">What its bytes must be; null for whatever comes.</param>
    /// <param name="label">What people read.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">It cannot be had.</exception>
    Task<Node> HttpAsync(Uri address, string fileName, Digest? checksum, NodeLabel label, CancellationToken ct);

    /// <summary>A named context of the build that is a directory.</summary>
    Node Context(string name);

    /// <summary>Devices of this machine, by the full names that a program's step has them by (<see cref="Operation.Run.Devices"/>).</summary>
    /// <param name="request">Which, as <c>RUN --device</c> names them: <c>vendor.com/class=name</c>, <c>vendor.com/class</c> for the first of a kind, a class.</param>
    /// <param name="isRequired">Whether it is a mistake that there are none.</param>
    /// <returns>The names; empty when there are none.</returns>
    /// <exception cref="BuildException">They are required, and not there.</exception>
    ImmutableArray<string> Devices(string request, bool isRequired);
}
