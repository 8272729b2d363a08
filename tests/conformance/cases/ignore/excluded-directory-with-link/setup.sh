cd context; mkdir real; echo x > real/x; ln -s real link
