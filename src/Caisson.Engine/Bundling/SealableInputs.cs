using Caisson.Dockerfile.Source;
using Caisson.Engine.Planning;

namespace Caisson.Engine.Bundling;

/// <summary>Looks whether what the user gives a build may be read by everybody who gets the bundle.</summary>
internal static class SealableInputs
{
    /// <summary>Looks, before anything is fetched.</summary>
    /// <param name="request">The build.</param>
    /// <param name="dockerfile">The text of its Dockerfile.</param>
    /// <exception cref="BuildException">There is a secret in it.</exception>
    public static void Check(BuildRequest request, string dockerfile)
    {
        if (request.Arguments.Keys.Order(StringComparer.Ordinal).FirstOrDefault(SecretNames.Has) is { } secret)
            throw new BuildException(EngineCodes.NotBundled, $"the build argument {secret} would be in the bundle for everybody to read", "give it as a secret: --secret, and RUN --mount=type=secret");
        foreach ((string what, string value) in request.Arguments.Select(static a => ($"the build argument {a.Key}", a.Value)).Concat(request.Labels.Select(static l => ($"the label {l.Key}", l.Value))).Append(("the Dockerfile", dockerfile)).OrderBy(static t => t.Item1, StringComparer.Ordinal))
        {
            if (AddressCredentials.Remove(value) != value)
                throw new BuildException(EngineCodes.NotBundled, $"{what} has a user name and a password in an address, which everybody could read in the bundle", "give them as a secret, or leave them out: the bundle holds what the address gave");
        }
        foreach (string value in request.NamedContexts.Values.Append(request.Context.Location))
        {
            if (Uri.TryCreate(value, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https" && address.UserInfo.Length > 0)
                throw new BuildException(EngineCodes.NotBundled, $"the address of a context ({RemoteText.Shown(value.Replace(address.UserInfo + "@", "", StringComparison.Ordinal))}) has a user in it, which everybody could read in the bundle", "give a token as a secret: --secret id=GIT_AUTH_TOKEN");
        }
    }
}
