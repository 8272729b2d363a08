mkdir t; cd t; printf 'FROM scratch\nCOPY . /\n' > Dockerfile; echo a > a; tar -c --zstd -f ../context.tar .
