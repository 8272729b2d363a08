printf 'FROM scratch\nLABEL a=1' > Dockerfile
