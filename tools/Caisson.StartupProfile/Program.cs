// Usage: Caisson.StartupProfile ASSEMBLIES METHODS PROFILE
// Writes the profile that names the methods of a list, one a line, which the runtime's compiler wrote (DOTNET_JitStdOutFile, DOTNET_JitDisasmSummary=1) or scripts/startup-methods.sh made of it.
using Caisson.StartupProfile;

if (args is not [string assemblies, string methods, string profile])
{
    Console.Error.WriteLine("usage: Caisson.StartupProfile ASSEMBLIES METHODS PROFILE");
    return 64;
}

ProfileWriter writer = new(new Definitions(assemblies));
int named = 0;
int unknown = 0;
foreach (string line in File.ReadLines(methods))
{
    if (line.Length == 0 || line[0] == '#')
        continue;
    if (MethodName.TryParse(line) is { } name && writer.TryAdd(name))
        named++;
    else
        unknown++;
}
writer.Save(profile);
// A method that is no more only costs what it would have saved.
Console.WriteLine($"{named} methods in the profile, {unknown} unknown");
return 0;
