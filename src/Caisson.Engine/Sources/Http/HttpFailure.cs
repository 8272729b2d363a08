using System.Globalization;
using Caisson.Engine.Steps;
using Caisson.Oci.Registry;
using Caisson.Oci.Web;

namespace Caisson.Engine.Sources.Http;

/// <summary>Says why a file of the web cannot be had.</summary>
internal static class HttpFailure
{
    /// <summary>The failure as the user reads it.</summary>
    /// <param name="address">What was asked for.</param>
    /// <param name="failure">What went wrong.</param>
    public static StepException Explain(Uri address, RegistryException failure)
    {
        string shown = WebFiles.Shown(address);
        string status = failure.Status is { } code ? string.Create(CultureInfo.InvariantCulture, $"status {(int)code}") : failure.Message;
        return failure.Kind switch
        {
            RegistryErrorKind.NotFound => New(EngineCodes.WebFileNotFound, $"{address.Authority} has no {shown} ({status})", "check the address"),
            RegistryErrorKind.Rejected when failure.Status is System.Net.HttpStatusCode.Gone => New(EngineCodes.WebFileNotFound, $"{address.Authority} has no {shown} any more ({status})", "check the address"),
            RegistryErrorKind.Unauthorized or RegistryErrorKind.Denied => New(
                EngineCodes.WebFileRefused, $"{address.Authority} refuses {shown} ({status})", $"give a token with --secret id=HTTP_AUTH_TOKEN_{address.Host},src=FILE"),
            RegistryErrorKind.Untrusted => New(EngineCodes.ServerUntrusted, failure.Message, $"give its authority's certificate with --registry-ca {address.Authority}=FILE"),
            RegistryErrorKind.UnsafeRedirect => New(EngineCodes.UnsafeRedirect, failure.Message, "a redirect from https to http is followed where --checksum says what must come"),
            RegistryErrorKind.Offline => New(EngineCodes.Offline, failure.Message, "leave out --offline, or put the file into the build context"),
            RegistryErrorKind.Unreachable => New(EngineCodes.WebUnreachable, $"{shown} cannot be fetched: {failure.Message}", "check the address, the network and the proxy"),
            _ => New(EngineCodes.WebFailed, $"{shown} cannot be fetched: {(failure.Status is null ? failure.Message : $"{address.Authority} answers with {status}")}", null),
        };

        StepException New(string code, string message, string? hint) => new(code, message, hint, failure);
    }
}
