{ echo 'FROM scratch'; printf 'LABEL a='; head -c 65529 /dev/zero | tr '\0' x; echo; } > Dockerfile
