{ echo FROM base; printf 'ENV A='; head -c 60000 /dev/zero | tr '\0' x; echo; } > Dockerfile
