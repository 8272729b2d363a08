using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Cli.Json;

/// <summary>What each instruction's arguments and flags mean.</summary>
internal static class InstructionJson
{
    /// <summary>Writes the members that only instructions of this kind have; none for ONBUILD, whose trigger is an instruction itself.</summary>
    public static void Write(Utf8JsonWriter json, Instruction instruction)
    {
        switch (instruction)
        {
            case FromInstruction from:
                json.WriteWord("platform", from.Platform);
                json.WriteWord("image", from.Image);
                json.WriteWord("name", from.Name);
                json.WriteOptional("description", from.Description);
                break;
            case TransferInstruction transfer:
                WriteTransfer(json, transfer);
                break;
            case RunInstruction run:
                WriteRun(json, run);
                break;
            case CmdInstruction cmd:
                WriteCommand(json, cmd.Command);
                break;
            case EntrypointInstruction entrypoint:
                WriteCommand(json, entrypoint.Command);
                break;
            case HealthcheckInstruction check:
                WriteHealthcheck(json, check);
                break;
            case ArgInstruction arg:
                WriteDeclarations(json, arg.Declarations);
                break;
            case EnvInstruction env:
                WritePairs(json, env.Pairs);
                break;
            case LabelInstruction label:
                WritePairs(json, label.Pairs);
                break;
            default:
                WriteWords(json, instruction);
                break;
        }
    }

    private static void WriteWords(Utf8JsonWriter json, Instruction instruction)
    {
        switch (instruction)
        {
            case ExposeInstruction expose:
                json.WriteWords("ports", expose.Ports);
                break;
            case VolumeInstruction volume:
                json.WriteWords("paths", volume.Paths);
                break;
            case ShellInstruction shell:
                json.WriteWords("program", shell.Program);
                break;
            case UserInstruction user:
                json.WriteWord("user", user.Name);
                break;
            case WorkdirInstruction workdir:
                json.WriteWord("path", workdir.Path);
                break;
            case StopsignalInstruction stop:
                json.WriteWord("signal", stop.Signal);
                break;
            case MaintainerInstruction maintainer:
                json.WriteWord("name", maintainer.Name);
                break;
        }
    }

    private static void WriteTransfer(Utf8JsonWriter json, TransferInstruction transfer)
    {
        json.WriteWords("sources", transfer.Sources);
        json.WriteWord("destination", transfer.Destination);
        json.WriteWord("chown", transfer.Owner);
        json.WriteWord("chmod", transfer.Mode);
        json.WriteBoolean("link", transfer.IsLinked);
        json.WriteWords("exclude", transfer.Excludes);
        if (transfer is CopyInstruction copy)
        {
            json.WriteWord("from", copy.From);
            json.WriteBoolean("parents", copy.KeepsParents);
        }
        else if (transfer is AddInstruction add)
        {
            json.WriteWord("checksum", add.Checksum);
            WriteKnown(json, "keepGitDir", add.KeepsGitDirectory);
            WriteKnown(json, "unpack", add.Unpacks);
        }
    }

    private static void WriteRun(Utf8JsonWriter json, RunInstruction run)
    {
        WriteCommand(json, run.Command);
        json.WriteObjects("mounts", run.Mounts, mount =>
        {
            json.WriteSpan(mount.Flag.Span);
            json.WriteObjects("options", mount.Options, option =>
            {
                json.WriteString("name", option.Name);
                json.WriteWord("key", option.Key);
                json.WriteWord("value", option.Value);
            });
        });
        json.WriteObjects("devices", run.Devices, device =>
        {
            json.WriteString("name", device.Name);
            json.WriteBoolean("required", device.IsRequired);
            json.WriteSpan(device.Flag.Span);
        });
        json.WriteString("network", run.Network.ToString().ToLowerInvariant());
        json.WriteString("security", run.Security.ToString().ToLowerInvariant());
    }

    private static void WriteCommand(Utf8JsonWriter json, CommandForm command)
    {
        json.WriteStartObject("command");
        json.WriteString("form", command is CommandForm.Shell ? "shell" : "exec");
        if (command is CommandForm.Shell shell)
            json.WriteWord("line", shell.Line);
        else if (command is CommandForm.Exec exec)
            json.WriteWords("arguments", exec.Arguments);
        json.WriteEndObject();
    }

    private static void WriteHealthcheck(Utf8JsonWriter json, HealthcheckInstruction check)
    {
        if (check.Command is { } command)
            WriteCommand(json, command);
        WriteSeconds(json, "intervalSeconds", check.Interval);
        WriteSeconds(json, "timeoutSeconds", check.Timeout);
        WriteSeconds(json, "startPeriodSeconds", check.StartPeriod);
        WriteSeconds(json, "startIntervalSeconds", check.StartInterval);
        if (check.Retries is { } retries)
            json.WriteNumber("retries", retries);
    }

    private static void WriteDeclarations(Utf8JsonWriter json, ImmutableArray<ArgumentDeclaration> declarations) => json.WriteObjects("declarations", declarations, declaration =>
    {
        json.WriteWord("name", declaration.Name);
        json.WriteWord("default", declaration.Default);
        json.WriteOptional("description", declaration.Description);
    });

    private static void WritePairs(Utf8JsonWriter json, ImmutableArray<KeyValue> pairs) => json.WriteObjects("pairs", pairs, pair =>
    {
        json.WriteWord("key", pair.Key);
        json.WriteWord("value", pair.Value);
        json.WriteBoolean("legacy", pair.IsLegacy);
    });

    private static void WriteSeconds(Utf8JsonWriter json, string name, TimeSpan? time)
    {
        if (time is { } given)
            json.WriteNumber(name, given.TotalSeconds);
    }

    private static void WriteKnown(Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } known)
            json.WriteBoolean(name, known);
    }
}
