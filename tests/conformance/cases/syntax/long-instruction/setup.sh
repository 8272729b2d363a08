{ echo 'FROM scratch'; printf 'LABEL \\\n'; for i in 1 2 3 4; do printf "l$i="; head -c 30000 /dev/zero | tr '\0' x; echo ' \'; done; echo ' z=1'; } > Dockerfile
