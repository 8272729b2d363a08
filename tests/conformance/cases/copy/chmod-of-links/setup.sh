mkdir context/sub; echo x > context/sub/file; ln -s file context/sub/link; ln -s nowhere context/sub/dangling
