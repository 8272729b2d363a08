mkdir -p context/a/b; echo x > context/a/b/file; chmod 0711 context/a; chown 9:9 context/a; chmod 0750 context/a/b
