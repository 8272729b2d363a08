printf 'FROM scratch\nLABEL a=1\rb=2\nENV C x\ry\n' > Dockerfile
