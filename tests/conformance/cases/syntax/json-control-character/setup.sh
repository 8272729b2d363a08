printf 'FROM scratch\nCMD ["a\tb"]\n' > Dockerfile
