printf 'FROM scratch\nCOPY <<EOF /file\na\r\nb\n\nEOF\n' > Dockerfile
