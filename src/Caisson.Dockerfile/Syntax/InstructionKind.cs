namespace Caisson.Dockerfile.Syntax;

/// <summary>The instructions of the language.</summary>
public enum InstructionKind
{
    /// <summary>No instruction: the line could not be read.</summary>
    Malformed,

    /// <summary>ADD copies files, unpacks archives and fetches from elsewhere.</summary>
    Add,

    /// <summary>ARG declares build arguments.</summary>
    Arg,

    /// <summary>CMD sets the default command or its arguments.</summary>
    Cmd,

    /// <summary>COPY copies files.</summary>
    Copy,

    /// <summary>ENTRYPOINT sets the program that a container is.</summary>
    Entrypoint,

    /// <summary>ENV sets environment variables.</summary>
    Env,

    /// <summary>EXPOSE names ports.</summary>
    Expose,

    /// <summary>FROM begins a stage.</summary>
    From,

    /// <summary>HEALTHCHECK tells how to test a container.</summary>
    Healthcheck,

    /// <summary>LABEL adds metadata.</summary>
    Label,

    /// <summary>MAINTAINER names the author; deprecated.</summary>
    Maintainer,

    /// <summary>ONBUILD stores an instruction for builds upon the image.</summary>
    Onbuild,

    /// <summary>RUN executes a command.</summary>
    Run,

    /// <summary>SHELL sets the shell of the shell forms.</summary>
    Shell,

    /// <summary>STOPSIGNAL sets the signal that ends a container.</summary>
    Stopsignal,

    /// <summary>USER sets user and group.</summary>
    User,

    /// <summary>VOLUME declares mount points.</summary>
    Volume,

    /// <summary>WORKDIR changes the working directory.</summary>
    Workdir,
}
