mkdir context/hard; cd context/hard; echo a > a; ln a b; mkdir sub; ln a sub/c
