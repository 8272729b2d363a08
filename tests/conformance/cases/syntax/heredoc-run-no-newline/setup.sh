printf 'FROM base\nRUN <<EOF\necho x > /x\nEOF' > Dockerfile
