mkdir context/empty; chmod 0750 context/empty
