using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Ignore;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Tests.Testing;

namespace Caisson.Dockerfile.Tests.Linting;

/// <summary>What BuildKit's checks find, ours find: which rule, at which line. The cases are those of its own tests, and more.</summary>
public sealed class OutcomeTests
{
    [Theory]
    [InlineData("1 StageNameCasing", "FROM scratch AS BadName")]
    [InlineData("1 FromAsCasing", "FROM scratch as base2\nFROM scratch AS base3")]
    [InlineData("1 FromAsCasing", "from scratch AS base\nfrom scratch as base2")]
    [InlineData("1 ConsistentInstructionCasing", "From scratch as base\nFROM scratch AS base2")]
    [InlineData("", "FROM scratch AS base")]
    public void Names_of_stages_and_their_keywords(string expected, string text) => Checks.Find(expected, text);

    [Theory]
    [InlineData("3 NoEmptyContinuation", "FROM scratch\nCOPY Dockerfile \\\n\n.\nCOPY Dockerfile \\\n.")]
    [InlineData("3 NoEmptyContinuation", "FROM scratch\nRUN a && \\\n\n# why\n\n b")]
    [InlineData("", "FROM scratch\nRUN a && \\\n# why\n b")]
    public void Blank_lines_within_instructions(string expected, string text) => Checks.Find(expected, text);

    [Theory]
    [InlineData("2 ConsistentInstructionCasing", "FROM scratch\ncopy Dockerfile /foo\nCOPY Dockerfile /bar")]
    [InlineData("1 ConsistentInstructionCasing", "frOM scratch as base\nfrom scratch as base2")]
    [InlineData("2 ConsistentInstructionCasing", "from scratch\nCOPY Dockerfile /foo\ncopy Dockerfile /bar")]
    [InlineData("1 ConsistentInstructionCasing", "from scratch\nCOPY Dockerfile /foo\nCOPY Dockerfile /bar\nCOPY Dockerfile /baz")]
    [InlineData("1 ConsistentInstructionCasing", "FROM scratch\ncopy Dockerfile /foo\ncopy Dockerfile /bar\ncopy Dockerfile /baz")]
    [InlineData("2 ConsistentInstructionCasing", "FROM scratch\ncopy a /b")]
    [InlineData("", "from scratch\ncopy Dockerfile /foo\ncopy Dockerfile /bar")]
    [InlineData("", "arg a=1\nFROM scratch\nCOPY Dockerfile /foo")]
    [InlineData("", "FROM scratch\nRUN <<'EOT'\nenv\nEOT")]
    public void The_case_of_instructions(string expected, string text) => Checks.Find(expected, text);

    [Theory]
    [InlineData("2 DuplicateStageName", "FROM scratch AS b\nFROM scratch AS b")]
    [InlineData("2 DuplicateStageName, 2 StageNameCasing", "FROM scratch AS b\nFROM scratch AS B")]
    [InlineData("", "FROM scratch AS b1\nFROM scratch AS b2")]
    [InlineData("1 ReservedStageName, 2 ReservedStageName", "FROM scratch AS scratch\nFROM scratch AS context")]
    [InlineData("", "FROM scratch\nFROM scratch AS a")]
    public void Names_that_stages_cannot_share(string expected, string text) => Checks.Find(expected, text);

    [Theory]
    [InlineData("2 JSONArgsRecommended", "FROM scratch\nCMD mycommand")]
    [InlineData("2 JSONArgsRecommended", "FROM scratch\nENTRYPOINT mycommand")]
    [InlineData("", "FROM scratch\nCMD [\"mycommand\"]\nHEALTHCHECK CMD test")]
    [InlineData("", "FROM scratch\nSHELL [\"/usr/bin/customshell\"]\nCMD mycommand")]
    [InlineData("2 JSONArgsRecommended", "FROM scratch\nCMD mycommand\nSHELL [\"/usr/bin/customshell\"]")]
    [InlineData("", "FROM scratch AS base\nSHELL [\"/usr/bin/customshell\"]\n\nFROM base\nENTRYPOINT mycommand")]
    [InlineData("2 JSONArgsRecommended", "FROM scratch AS base\nONBUILD CMD mycommand\n\nFROM base")]
    public void Commands_in_a_shell(string expected, string text) => Checks.Find(expected, text);

    [Fact]
    public void A_shell_that_the_base_image_sets_is_meant()
    {
        Checks.Find("", "FROM a\nCMD mycommand", Checks.With(0, new BaseImage { HasShell = true }));
        Checks.Find("2 JSONArgsRecommended", "FROM a\nCMD mycommand", Checks.With(0, new BaseImage()));
    }

    [Theory]
    [InlineData("2 MaintainerDeprecated", "FROM scratch\nMAINTAINER me@example.org")]
    [InlineData("", "FROM scratch\nLABEL org.opencontainers.image.authors=\"me@example.org\"")]
    [InlineData("1 StageNameCasing, 2 MaintainerDeprecated", "FROM scratch AS BadStageName\nMAINTAINER me@example.org\nBADCMD")]
    public void The_maintainer(string expected, string text) => Checks.Find(expected, text);

    [Theory]
    [InlineData("", "ARG base=scratch\nFROM $base")]
    [InlineData("", "FROM --platform=$BUILDPLATFORM scratch")]
    [InlineData("", "ARG DEBUG\nFROM scratch${DEBUG}")]
    [InlineData("", "ARG DEBUG\nFROM scra${DEBUG:-tch}")]
    [InlineData("", "ARG DEBUG=\"\"\nFROM scratch${DEBUG-@bogus}")]
    [InlineData("1 UndefinedArgInFrom", "FROM --platform=$BULIDPLATFORM scratch")]
    [InlineData("3 UndefinedArgInFrom", "ARG MY_OS=linux\nARG MY_ARCH=amd64\nFROM --platform=linux/${MYARCH} busybox")]
    [InlineData("2 UndefinedArgInFrom", "ARG tag=latest\nFROM busybox:${tag}${version} AS b")]
    public void Variables_of_FROM(string expected, string text) => Checks.Find(expected, text);

    [Theory]
    [InlineData("2 WorkdirRelativePath", "FROM scratch\nWORKDIR app/")]
    [InlineData("2 WorkdirRelativePath", "FROM scratch\nWORKDIR app\nWORKDIR sub")]
    [InlineData("", "FROM scratch AS a\nWORKDIR /app\n\nFROM a AS b\nWORKDIR subdir/")]
    [InlineData("", "FROM scratch\nENV D=/x\nWORKDIR $D")]
    [InlineData("", "# escape=`\nFROM --platform=windows/amd64 a AS windows\nWORKDIR C:\\app")]
    public void The_first_WORKDIR(string expected, string text) => Checks.Find(expected, text);

    [Theory]
    [InlineData("", "FROM scratch\nARG foo\nCOPY Dockerfile${foo} .")]
    [InlineData("", "FROM scratch AS base\nARG foo=Dockerfile\n\nFROM base\nCOPY $foo .")]
    [InlineData("", "FROM scratch\nRUN echo $PATH $foo")]
    [InlineData("2 UndefinedVar", "FROM scratch\nCOPY $foo .\nARG foo=bar\nRUN echo $foo")]
    [InlineData("5 UndefinedVar", "FROM scratch\nARG DIR_BINARIES=binaries/\nARG DIR_ASSETS=assets/\nARG DIR_CONFIG=config/\nCOPY $DIR_ASSET .")]
    [InlineData("2 UndefinedVar", "FROM scratch\nENV PATH=$PAHT:/tmp/bin")]
    [InlineData("2 UndefinedVar", "FROM scratch\nENV A=1 B=$A")]
    [InlineData("2 UndefinedVar", "FROM scratch\nWORKDIR ${FOO:-/x}")]
    [InlineData("2 UndefinedVar", "FROM scratch\nRUN --mount=type=cache,target=$foo ls")]
    [InlineData("", "FROM scratch\nEXPOSE 80$foo")]
    [InlineData("2 UndefinedVar, 5 UndefinedVar", "FROM scratch AS first\nCOPY $foo .\n\nFROM scratch AS second\nCOPY $bar .")]
    [InlineData("", "FROM scratch\nONBUILD COPY $foo .")]
    [InlineData("2 UndefinedVar", "FROM scratch AS a\nONBUILD COPY $foo .\nFROM a")]
    public void Variables_of_stages(string expected, string text) => Checks.Find(expected, text);

    [Theory]
    [InlineData("2 MultipleInstructionsDisallowed, 4 MultipleInstructionsDisallowed, 6 MultipleInstructionsDisallowed", "FROM scratch\nENTRYPOINT [\"/a\"]\nENTRYPOINT [\"/b\"]\nCMD [\"/a\"]\nCMD [\"/b\"]\nHEALTHCHECK CMD [\"/a\"]\nHEALTHCHECK CMD [\"/b\"]")]
    [InlineData("2 MultipleInstructionsDisallowed", "FROM scratch\nCMD [\"/a\"]\nCOPY <<EOF /a.txt\nHello\nEOF\nCMD [\"/b\"]")]
    [InlineData("2 MultipleInstructionsDisallowed, 3 MultipleInstructionsDisallowed", "FROM scratch\nCMD [\"/a\"]\nCMD [\"/b\"]\nCMD [\"/c\"]")]
    [InlineData("", "FROM scratch AS a\nCMD [\"/a\"]\nFROM a AS b\nCMD [\"/b\"]")]
    public void Instructions_that_count_once(string expected, string text) => Checks.Find(expected, text);

    [Theory]
    [InlineData("2 LegacyKeyValueFormat, 3 LegacyKeyValueFormat", "FROM scratch\nENV testkey value\nLABEL key value")]
    [InlineData("", "FROM scratch\nENV testkey=value\nLABEL key=value")]
    public void Pairs_without_an_equals_sign(string expected, string text) => Checks.Find(expected, text);

    [Theory]
    [InlineData("1 RedundantTargetPlatform", "FROM --platform=$TARGETPLATFORM scratch")]
    [InlineData("1 RedundantTargetPlatform", "FROM --platform=${TARGETPLATFORM} scratch")]
    [InlineData("", "FROM --platform=${TARGETPLATFORM}/v8 scratch")]
    [InlineData("1 FromPlatformFlagConstDisallowed", "FROM --platform=linux/amd64 scratch")]
    [InlineData("", "FROM --platform=linux/amd64 scratch AS my_amd64_stage")]
    [InlineData("", "FROM --platform=linux/amd64 scratch AS linux")]
    [InlineData("", "FROM --platform=$BUILDPLATFORM scratch")]
    [InlineData("1 FromPlatformFlagConstDisallowed", "FROM --platform=arm64 scratch AS build")]
    [InlineData("", "FROM --platform=x86_64 scratch AS build-amd64")]
    [InlineData("", "FROM --platform=nonsense/a/b/c scratch")]
    public void Platforms_of_FROM(string expected, string text) => Checks.Find(expected, text);

    [Fact]
    public void Names_of_secrets() => Checks.Find(
        "2 SecretsUsedInArgOrEnv, 3 SecretsUsedInArgOrEnv, 4 SecretsUsedInArgOrEnv, 4 SecretsUsedInArgOrEnv, 5 SecretsUsedInArgOrEnv, 5 SecretsUsedInArgOrEnv, 6 SecretsUsedInArgOrEnv, 7 SecretsUsedInArgOrEnv",
        """
        FROM scratch
        ARG SECRET_PASSPHRASE
        ENV SUPER_Secret=foo
        ENV password=bar secret=baz
        ARG super_duper_secret_token=foo auth=bar
        ENV apikey=bar sunflower=foo
        ENV git_key=
        ENV PUBLIC_KEY=
        ARG public_token
        ARG SECRET_PASSPHRASE_FILE
        ENV password_file=bar secret_File=baz
        ARG AUTH_MODULE_VERSION
        # check=skip=SecretsUsedInArgOrEnv // allow secret in environment
        ENV password=bar
        # check=skip=all // is local to only this instruction
        ARG alternate_password
        """);

    [Theory]
    [InlineData("2 InvalidDefaultArgInFrom", "ARG VERSION\nFROM busybox:$VERSION", "VERSION=latest")]
    [InlineData("2 InvalidDefaultArgInFrom", "ARG IMAGE\nFROM $IMAGE", "IMAGE=busybox:latest")]
    [InlineData("2 InvalidDefaultArgInFrom", "ARG SFX=\"box:\"\nFROM busy${SFX}", "SFX=box:latest")]
    [InlineData("", "ARG VERSION=\"latest\"\nFROM busybox:${VERSION}", "VERSION=latest")]
    [InlineData("", "ARG VARIANT=\"\"\nFROM busybox:stable${VARIANT}", "VARIANT=-musl")]
    [InlineData("", "ARG VARIANT\nFROM busybox:stable${VARIANT}", "VARIANT=-musl")]
    [InlineData("2 InvalidDefaultArgInFrom", "ARG IMAGE=Upper/Case\nFROM $IMAGE", "IMAGE=a")]
    [InlineData("", "ARG IMAGE=Host/case:5000\nFROM $IMAGE", "IMAGE=a")]
    public void Defaults_that_name_no_image(string expected, string text, string argument)
    {
        string[] pair = argument.Split('=', 2);
        Checks.Find(expected, text, options: new BindingOptions { Arguments = ImmutableDictionary<string, string>.Empty.Add(pair[0], pair[1]) });
    }

    [Theory]
    [InlineData("2 CopyIgnoredFile, 3 CopyIgnoredFile", "FROM scratch\nCOPY Dockerfile .\nADD Dockerfile /windy", "Dockerfile")]
    [InlineData("", "FROM scratch AS base\nCOPY Dockerfile /foobar\nFROM base\nCOPY --from=base /foobar /x", "foobar")]
    [InlineData("", "FROM scratch\nCOPY ./Dockerfile .", "**\n!Dockerfile")]
    [InlineData("", "FROM scratch\nCOPY . .", "**\n!Dockerfile")]
    [InlineData("", "FROM scratch\nCOPY . .", ".*")]
    [InlineData("2 CopyIgnoredFile", "FROM scratch\nCOPY . .", "*")]
    [InlineData("2 CopyIgnoredFile", "FROM scratch\nCOPY docs/a.md .", "docs")]
    [InlineData("", "FROM scratch\nADD https://example.org/docs /\nADD git@example.org:docs.git /", "**/docs*\nhttps*\ngit*")]
    public void Files_that_are_kept_out(string expected, string text, string ignore) =>
        Checks.Find(expected, text, new CheckInput { Ignore = IgnoreFile.Parse(Texts.Source(ignore)).Matcher });

    [Theory]
    [InlineData("2 ExposeProtoCasing, 2 ExposeProtoCasing", "FROM scratch\nEXPOSE 80/TcP 8080/TCP 8080/udp")]
    [InlineData("2 ExposeInvalidFormat, 2 ExposeInvalidFormat, 2 ExposeInvalidFormat", "FROM scratch\nEXPOSE 127.0.0.1:80:80 [::1]:8080:8080 5000:5000 8000")]
    [InlineData("3 ExposeProtoCasing", "FROM scratch\nENV P=80/TCP\nEXPOSE $P")]
    public void Ports(string expected, string text) => Checks.Find(expected, text);

    [Theory]
    [InlineData("", "# check=skip=all;experimental=InvalidDefinitionDescription\n# foo this is the foo\nARG foo=bar\n\n# base this is the base image\nFROM scratch AS base\n\n# version this is the version number\nARG version=latest\n\n# baz this is the baz\nARG foo=baz bar=qux baz=quux\n#\nARG bit=bat\n\n# comment for something other than ARG or FROM\nCOPY Dockerfile .")]
    [InlineData("2 InvalidDefinitionDescription, 4 InvalidDefinitionDescription, 6 InvalidDefinitionDescription, 8 InvalidDefinitionDescription", "# check=experimental=InvalidDefinitionDescription\n# bar this is the bar\nARG foo=bar\n# BasE this is the BasE image\nFROM scratch AS base\n# definitely a bad comment\nARG version=latest\n# definitely a bad comment\nARG foo=baz bar=qux baz=quux")]
    [InlineData("", "# bar this is the bar\nARG foo=bar\nFROM scratch")]
    [InlineData("3 InvalidDefinitionDescription", "FROM scratch\n\n# bar this is the bar\n# check=experimental=all\nARG foo=bar\n# bad\nARG b")]
    public void Descriptions(string expected, string text) => Checks.Find(expected, text);

    [Theory]
    [InlineData("1 InvalidBaseImagePlatform", "linux/arm64")]
    [InlineData("1 InvalidBaseImagePlatform", "windows/amd64")]
    [InlineData("", "linux/amd64")]
    [InlineData("", "linux/x86_64")]
    public void The_platform_of_the_base_image(string expected, string platform) =>
        Checks.Find(expected, "FROM a\nENV foo=bar", Checks.With(0, new BaseImage { Platform = platform }));
}
