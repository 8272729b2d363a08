mkdir -p context/modes/dir; cd context/modes
for m in 0000 0400 0644 0755 0777 1777 2755 4755 6711; do touch f$m; chmod $m f$m; done
chmod 1777 dir; chown 5:6 f0644
