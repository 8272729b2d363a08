using Caisson.Dockerfile.Remote;
using Caisson.Engine.Secrets;
using Caisson.Engine.Sources.Contexts;
using Caisson.Engine.Sources.Git;
using Caisson.Engine.Sources.Signatures;
using Caisson.Engine.Vendoring;

namespace Caisson.Engine;

/// <summary>Opens what a request for an archive of sources names, and has it packed.</summary>
/// <param name="parts">The engine.</param>
/// <param name="request">The request.</param>
/// <param name="say">Takes a line for whatever people want to know on the way.</param>
internal sealed class GoVendorRun(EngineParts parts, GoVendorRequest request, Action<string> say)
{
    /// <summary>Does it.</summary>
    public async Task<GoVendorResult> RunAsync(CancellationToken ct)
    {
        GoVersion? toolchain = await ToolchainAsync(ct).ConfigureAwait(false);
        SshAgents agents = SshAgents.Open(request.SshAgents, parts.Sandbox, parts.Work);
        await using (agents.ConfigureAwait(false))
        {
            (GoVendorRequest complete, ITaggedRepository? repository) = Open(agents);
            return await new GoVendoring(complete, parts.Options, parts.Work, say).RunAsync(repository, toolchain, ct).ConfigureAwait(false);
        }
    }

    private (GoVendorRequest Request, ITaggedRepository? Repository) Open(SshAgents agents)
    {
        switch (ContextLocation.Parse(request.Source, "the source"))
        {
            case ContextLocation.Repository repository:
                GitLocation location = repository.Location;
                if (location.Reference is not null && request.Reference is not null)
                    throw new BuildException(EngineCodes.VendorSourceUnusable, $"two references are named: {location.Reference} and {request.Reference}", "leave one of them out");
                GitCredentials credentials = new(parts.Options, SecretStore.Open(request.Secrets), agents, parts.Work);
                RequiredSigners signers = RequiredSigners.Open(request.GitSigners, parts.Options, parts.Work);
                GoVendorRequest complete = request with
                {
                    Reference = request.Reference ?? location.Reference,
                    ModuleDirectory = request.ModuleDirectory.Length > 0 ? request.ModuleDirectory : location.Directory,
                };
                return (complete, new RemoteTags(location, parts.Fetch, credentials, signers));
            case ContextLocation.LocalDirectory directory when request.Reference is not null || request.TakesNewestTag:
                string path = Path.GetFullPath(directory.Path);
                return LocalTags.IsRepository(path)
                    ? (request, new LocalTags(path, parts.Fetch))
                    : throw new BuildException(EngineCodes.VendorSourceUnusable, $"{directory.Path} is not the top of a git repository, and a version of it is asked for", "name the top, with --module-dir for a module below it; or leave --ref and --latest out");
            case ContextLocation.LocalDirectory:
                return (request, null);
            default:
                throw new BuildException(EngineCodes.VendorSourceUnusable, $"{request.Source} is neither a directory nor a git repository", "the address of a repository ends in .git, or begins with git@ or ssh://");
        }
    }

    private async Task<GoVersion?> ToolchainAsync(CancellationToken ct)
    {
        if (request.Toolchain is { } named)
            return GoVersion.TryParseToolchain(named, out GoVersion? version) ? version : throw new BuildException(EngineCodes.ToolchainUnknown, $"\"{named}\" is no Go toolchain", "write a version such as go1.15.9");
        if (request.ToolchainFrom is not { } place)
            return null;
        using PlaceAccess places = new(parts);
        PlacedImage image = await places.OpenImageAsync(place, platform: null, ct).ConfigureAwait(false);
        (GoVersion found, string where) = await ImageToolchain.ReadAsync(image.Image, image.Place, PlaceAccess.Decoders, ct).ConfigureAwait(false);
        say($"toolchain: {found.ToolchainName} ({image.Place}: {where})");
        return found;
    }
}
