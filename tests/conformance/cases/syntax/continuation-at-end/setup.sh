# no line end after it
printf 'FROM scratch\nLABEL a=1\nLABEL b=2 \\' > Dockerfile
