using System.Collections.Immutable;
using Caisson.Daemon.Proto.Gateway;

namespace Caisson.Daemon.Control;

/// <summary>What this side of a conversation can do, by the names that BuildKit has for it. What is not named, clients do not use.</summary>
internal static class Capabilities
{
    /// <summary>Of the gateway.</summary>
    public static ImmutableArray<string> Gateway { get; } =
    [
        "solve.base", "solve.inlinereturn", "resolveimage", "resolveimage.resolvemode", "readfile", "return", "returnmap", "readdir", "statfile", "importcaches", "proto.refarray",
        "reference.output", "frontend.inputs", "gateway.solve.metadata", "frontend.caps", "gateway.solve.evaluate", "gateway.evaluate", "gateway.warnings", "reference.attestations", "source.metaresolver",
    ];

    /// <summary>Of graphs, and of what becomes of their results.</summary>
    public static ImmutableArray<string> Llb { get; } =
    [
        "source.image", "source.image.resolvemode",
        "source.local", "source.local.unique", "source.local.sessionid", "source.local.includepatterns", "source.local.followpaths", "source.local.excludepatterns", "source.local.sharedkeyhint", "source.local.differ",
        "source.git", "source.git.keepgitdir", "source.git.fullurl", "source.git.httpauth", "source.git.knownsshhosts", "source.git.mountsshsock", "source.git.subdir",
        "source.http", "source.http.auth", "source.http.checksum",
        "exec.meta.base", "exec.meta.network", "exec.meta.proxyenv", "exec.meta.security", "exec.meta.setsdefaultpath", "exec.meta.ulimit", "exec.meta.cdi", "exec.validexitcode",
        "exec.mount.bind", "exec.mount.bind.readwrite-nooutput", "exec.mount.cache", "exec.mount.cache.sharing", "exec.mount.selector", "exec.mount.tmpfs", "exec.mount.tmpfs.size", "exec.mount.secret", "exec.mount.ssh", "exec.secretenv",
        "file.base", "file.copy.includeexcludepatterns", "file.copy.requiredpaths", "file.copy.alwaysreplaceexistingdestpaths", "file.copy.modestring", "file.rm.wildcard", "file.symlink.create",
        "constraints", "platform", "meta.ignorecache", "meta.description", "meta.exportcache",
        "cache.gha", "cache.s3", "mergeop", "diffop", "passthroughop", "source.buildop.llbfilename",
        "exporter.image.annotations", "exporter.image.attestations", "exporter.sourcedateepoch", "exporter.multiple", "gc.freespacefilter", "history.filter",
    ];

    /// <summary>One, as messages have it.</summary>
    public static APICap Of(string name) => new() { ID = name, Enabled = true };
}
