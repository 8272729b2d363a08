mkdir -p t/d; cd t; printf 'FROM scratch\nCOPY . /\n' > Dockerfile; echo a > a; echo b > d/b; echo c > d/c; printf 'd\n!d/c\nDockerfile\n.dockerignore\n' > .dockerignore; tar cf ../context.tar .
