mkdir context/tree; ln -s elsewhere context/tree/dir
