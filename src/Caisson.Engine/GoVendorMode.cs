namespace Caisson.Engine;

/// <summary>How the dependencies of a Go module stand beside its sources.</summary>
public enum GoVendorMode
{
    /// <summary>In the directory <c>vendor</c>, those packages that the module needs: what <c>go mod vendor</c> makes.</summary>
    Vendor,

    /// <summary>As a module proxy in files, whole modules: what <c>GOPROXY=file://…</c> is given.</summary>
    ModuleCache,
}
