printf '\357\273\277FROM base\nENV A=b\n' > Dockerfile
