printf 'FROM scratch\nX\0Y a=1\n' > Dockerfile
