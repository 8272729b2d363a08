using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Reads the value of <c>RUN --device</c>: <c>name[,required]</c>.</summary>
internal static class DeviceReader
{
    public static DeviceRequest? Parse(Flag flag, DiagnosticBag diagnostics)
    {
        if (flag.Value is not { } value || CsvFields.Read(value, diagnostics) is not { } fields)
            return null;
        DeviceRequest request = new("", false, flag);
        foreach (Word field in fields)
        {
            if (Read(request, field.Text) is not { } read)
            {
                string message = $"{Quoted.Of(field.Text)} is no part of a device request";
                diagnostics.Error(
                    DiagnosticCodes.BadDevice, field.IsEmpty ? flag.Span : field.Span, message,
                    "write --device=vendor.com/class=name,required");
                return null;
            }
            request = read;
        }
        return request;
    }

    // A field with another key, as in vendor.com/class=name, is the name as long as there is none.
    private static DeviceRequest? Read(DeviceRequest request, string field)
    {
        int equals = field.IndexOf('=', StringComparison.Ordinal);
        string key = (equals < 0 ? field : field[..equals]).ToLowerInvariant();
        string? value = equals < 0 ? null : field[(equals + 1)..];
        return (key, value) switch
        {
            ("required", null) => request with { IsRequired = true },
            ("required", _) => Booleans.TryParse(value, out bool required) ? request with { IsRequired = required } : null,
            ("name", not null) => request.Name.Length == 0 ? request with { Name = value } : null,
            _ => request.Name.Length == 0 ? request with { Name = field } : null,
        };
    }
}
