{ echo FROM base; for i in $(seq 200); do echo "ENV V$i=$i"; done; } > Dockerfile
