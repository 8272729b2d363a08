namespace Caisson.Dockerfile.Source;

/// <summary>
/// Every code that this project reports, but for the warnings of checks, whose codes are the names of their rules. Codes are stable: one is
/// never given another meaning. CSN1207 and CSN1208 have become the rules DuplicateStageName and ReservedStageName.
/// </summary>
/// <remarks>10xx the file, 11xx instructions, 12xx stages, 13xx variables, 14xx values, 15xx ignore files, 16xx checks.</remarks>
public static class DiagnosticCodes
{
    /// <summary>Error: the file holds a NUL byte.</summary>
    public const string NulCharacter = "CSN1001";

    /// <summary>The file is not UTF-8 at this place: an error, in a comment a warning.</summary>
    public const string BrokenUtf8 = "CSN1002";

    /// <summary>Error: the file is larger than <see cref="SourceText.MaxSize"/>.</summary>
    public const string TextTooLarge = "CSN1003";

    /// <summary>Error: a line is longer than the limit.</summary>
    public const string LineTooLong = "CSN1004";

    /// <summary>Error: the file has more instructions than the limit.</summary>
    public const string TooManyInstructions = "CSN1005";

    /// <summary>There were more findings than a reader can take; the others are only counted.</summary>
    public const string TooManyDiagnostics = "CSN1006";

    /// <summary>Error: the file holds no instruction.</summary>
    public const string NoInstructions = "CSN1007";

    /// <summary>Error: a parser directive is given twice.</summary>
    public const string DuplicateDirective = "CSN1011";

    /// <summary>Error: the <c>escape</c> directive names neither a backslash nor a backtick.</summary>
    public const string BadEscapeDirective = "CSN1012";

    /// <summary>Error: the <c>check</c> directive cannot be read.</summary>
    public const string BadCheckDirective = "CSN1013";

    /// <summary>Warning: a parser directive stands where it is only a comment.</summary>
    public const string LateDirective = "CSN1014";

    /// <summary>Error: a line begins with a word that is no instruction.</summary>
    public const string UnknownInstruction = "CSN1101";

    /// <summary>Error: an instruction lacks an argument.</summary>
    public const string MissingArguments = "CSN1102";

    /// <summary>Error: an instruction has an argument too many.</summary>
    public const string TooManyArguments = "CSN1103";

    /// <summary>Error: the instruction has no such flag.</summary>
    public const string UnknownFlag = "CSN1104";

    /// <summary>Error: a flag that may be given once is given twice.</summary>
    public const string DuplicateFlag = "CSN1105";

    /// <summary>Error: a flag lacks its value.</summary>
    public const string MissingFlagValue = "CSN1106";

    /// <summary>Error: a flag's value is none that it can take.</summary>
    public const string BadFlagValue = "CSN1107";

    /// <summary>Error: white space after a comma ends a flag's value too early.</summary>
    public const string SpaceAfterComma = "CSN1108";

    /// <summary>Error: a JSON array holds something other than strings.</summary>
    public const string JsonNotStrings = "CSN1109";

    /// <summary>Warning: what looks like a JSON array is none, and is taken as shell form.</summary>
    public const string BrokenJson = "CSN1110";

    /// <summary>Error: the instruction takes a JSON array only.</summary>
    public const string JsonRequired = "CSN1111";

    /// <summary>Error: a word is no <c>name=value</c>.</summary>
    public const string BadKeyValue = "CSN1112";

    /// <summary>Error: the name before <c>=</c> is empty.</summary>
    public const string BlankName = "CSN1113";

    /// <summary>Error: a stage name holds characters that names cannot have.</summary>
    public const string BadStageName = "CSN1114";

    /// <summary>Error: ONBUILD cannot trigger this instruction.</summary>
    public const string BadTrigger = "CSN1115";

    /// <summary>Error: the end word of a heredoc is missing.</summary>
    public const string UnterminatedHeredoc = "CSN1116";

    /// <summary>Error: a heredoc stands where none can be used.</summary>
    public const string MisplacedHeredoc = "CSN1117";

    /// <summary>Error: there is no such type of mount.</summary>
    public const string UnknownMountType = "CSN1118";

    /// <summary>Error: a mount has no such option.</summary>
    public const string UnknownMountOption = "CSN1119";

    /// <summary>Error: a mount's option has a value it cannot take, or does not fit its type.</summary>
    public const string BadMountOption = "CSN1120";

    /// <summary>Error: a variable stands where none is expanded.</summary>
    public const string VariableNotAllowed = "CSN1121";

    /// <summary>Error: HEALTHCHECK is neither CMD nor NONE, or NONE with arguments.</summary>
    public const string BadHealthcheck = "CSN1122";

    /// <summary>Warning: an instruction's name is glued to the end of a word of the instruction before it.</summary>
    public const string GluedInstruction = "CSN1123";

    /// <summary>Warning: a continued line begins with an instruction's name, and is part of the instruction above it.</summary>
    public const string SwallowedInstruction = "CSN1124";

    /// <summary>Warning: a command ends in an operator that waits for another command.</summary>
    public const string DanglingOperator = "CSN1125";

    /// <summary>Error: a device request cannot be read.</summary>
    public const string BadDevice = "CSN1126";

    /// <summary>Error: COPY names a source that only ADD can fetch.</summary>
    public const string RemoteSource = "CSN1127";

    /// <summary>RUN without a command: a warning; an error when it is an empty array.</summary>
    public const string EmptyCommand = "CSN1128";

    /// <summary>Error: COPY --link with an owner whose name would have to be looked up in the image.</summary>
    public const string LinkedOwnerByName = "CSN1129";

    /// <summary>Error: a heredoc's name is no name of a file.</summary>
    public const string BadHeredocName = "CSN1130";

    /// <summary>Error: a pattern of --exclude cannot be read.</summary>
    public const string BadExcludePattern = "CSN1131";

    /// <summary>Error: an instruction other than ARG stands before the first FROM.</summary>
    public const string InstructionBeforeFrom = "CSN1201";

    /// <summary>Error: the target names no stage.</summary>
    public const string UnknownTarget = "CSN1202";

    /// <summary>Error: no stage of this name; a stage of nearly this name exists.</summary>
    public const string UndefinedStage = "CSN1203";

    /// <summary>Error: a stage refers to itself or to a stage further down.</summary>
    public const string StageOrder = "CSN1204";

    /// <summary>Error: stages need each other in a circle.</summary>
    public const string CircularStages = "CSN1205";

    /// <summary>Error: there is no stage with this number.</summary>
    public const string StageIndexOutOfRange = "CSN1206";

    /// <summary>Error: the name of a base image expands to nothing.</summary>
    public const string EmptyBaseName = "CSN1209";

    /// <summary>Error: the platform of a stage expands to nothing.</summary>
    public const string EmptyPlatform = "CSN1210";

    /// <summary>Warning: a build argument was given that no ARG declares.</summary>
    public const string UnusedBuildArgument = "CSN1211";

    /// <summary>Error: the file has no stage.</summary>
    public const string NoStages = "CSN1212";

    /// <summary>Error: a quote is not closed.</summary>
    public const string UnterminatedQuote = "CSN1301";

    /// <summary>Error: a <c>${…}</c> is not closed or cannot be read.</summary>
    public const string BadSubstitution = "CSN1302";

    /// <summary>Error: a <c>${…}</c> has an operator that does not exist.</summary>
    public const string UnsupportedModifier = "CSN1303";

    /// <summary>Error: <c>${name:?…}</c> or <c>${name?…}</c> found its variable missing.</summary>
    public const string RequiredVariable = "CSN1304";

    /// <summary>Error: a pattern within <c>${…}</c> has an escape that does not exist.</summary>
    public const string BadPattern = "CSN1305";

    /// <summary>Error: expanding exceeds a limit of size, nesting or work.</summary>
    public const string ExpansionTooLarge = "CSN1306";

    /// <summary>Error: a port to expose cannot be read.</summary>
    public const string BadPort = "CSN1401";

    /// <summary>Error: there is no such signal.</summary>
    public const string BadSignal = "CSN1402";

    /// <summary>Error: a volume's path is empty.</summary>
    public const string EmptyVolume = "CSN1403";

    /// <summary>Error: a file mode is neither octal nor symbolic.</summary>
    public const string BadFileMode = "CSN1404";

    /// <summary>Error: a checksum does not fit its instruction.</summary>
    public const string BadChecksum = "CSN1405";

    /// <summary>Error: the variables of a stage are larger than the limit.</summary>
    public const string EnvironmentTooLarge = "CSN1406";

    /// <summary>Error: a pattern of an ignore file cannot be read.</summary>
    public const string BadIgnorePattern = "CSN1501";

    /// <summary>Error: an ignore file has more patterns, or longer ones, than the limit.</summary>
    public const string TooManyIgnorePatterns = "CSN1502";

    /// <summary>Error: there are warnings of checks, and the Dockerfile or the user asks that there be none.</summary>
    public const string ChecksFailed = "CSN1601";

    /// <summary>Error: the build argument BUILDKIT_DOCKERFILE_CHECK cannot be read.</summary>
    public const string BadCheckArgument = "CSN1602";

    /// <summary>Warning: no check has the name that is to be skipped or asked for.</summary>
    public const string UnknownCheck = "CSN1603";

    /// <summary>Warning: a comment <c># check=…</c> above an instruction cannot be read.</summary>
    public const string BadCheckComment = "CSN1604";
}
