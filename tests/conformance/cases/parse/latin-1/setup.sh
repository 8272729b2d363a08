printf 'FROM base\nENV A=caf\351\n' > Dockerfile
