printf 'FROM base\nENV A=b' > Dockerfile
