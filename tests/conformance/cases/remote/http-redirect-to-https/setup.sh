mkdir served; cd served
echo http-redirect-to-https > target.txt; printf '307\nLocation: %s/target.txt\n' "$SECURE" > moved.head
